using Devices.Bridge.Store;
using Devices.Contract.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Devices.Bridge.Tests.Ingest;

/// <summary>The real store, whose appends fail as on a full disk while it is told to; the full disk itself is played where a mount can be made.</summary>
internal sealed class FullPunchStore
{
    public volatile bool Full;

    public void Wrap(IServiceCollection services)
    {
        ServiceDescriptor real = services.Last(one => one.ServiceType == typeof(IPunchStore));
        services.Remove(real);
        services.AddSingleton<IPunchStore>(provider =>
        {
            IPunchStore inner = (IPunchStore)(real.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, real.ImplementationType!));
            return new Refusing(inner, this);
        });
    }

    private sealed class Refusing(IPunchStore inner, FullPunchStore owner) : IPunchStore
    {
        public Task<IngestResult> AppendAsync(PunchBatch batch, CancellationToken cancellationToken = default) =>
            owner.Full ? Task.FromException<IngestResult>(new StoreUnavailableException("The bridge's disk is full; nothing was stored.")) : inner.AppendAsync(batch, cancellationToken);

        public Task<IngestResult> GreetAsync(HelloMessage hello, CancellationToken cancellationToken = default) => inner.GreetAsync(hello, cancellationToken);

        public Task<LedgerMark?> FindLedgerAsync(string terminal, Guid ledger, CancellationToken cancellationToken = default) => inner.FindLedgerAsync(terminal, ledger, cancellationToken);

        public Task<PunchPage> ListAsync(SiteScope scope, PunchFilter filter, PunchCursor? cursor, int pageSize, CancellationToken cancellationToken = default) => inner.ListAsync(scope, filter, cursor, pageSize, cancellationToken);

        public IAsyncEnumerable<StoredPunch> StreamAsync(SiteScope scope, PunchFilter filter, CancellationToken cancellationToken = default) => inner.StreamAsync(scope, filter, cancellationToken);

        public Task<IReadOnlyList<StoredPunch>> ListAfterAsync(SiteScope scope, long after, int limit, CancellationToken cancellationToken = default) => inner.ListAfterAsync(scope, after, limit, cancellationToken);

        public Task<StoredPunch?> FindAsync(SiteScope scope, PunchKey key, CancellationToken cancellationToken = default) => inner.FindAsync(scope, key, cancellationToken);
    }
}

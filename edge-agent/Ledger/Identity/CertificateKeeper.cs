using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Edge.Ledger.Identity;

/// <summary>Settings of a <see cref="CertificateKeeper"/>.</summary>
public sealed record CertificateKeeperOptions
{
    /// <summary>Where the bridge's enrolment page is.</summary>
    public required string Host { get; init; }

    public int Port { get; init; } = 5443;

    /// <summary>Names of which the bridge's certificate must carry one.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan RequestLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>First wait after a renewal that failed; doubles up to <see cref="BackoffCap"/>.</summary>
    public TimeSpan BackoffFirst { get; init; } = TimeSpan.FromMinutes(1);

    public TimeSpan BackoffCap { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Shortest time from one renewal to the next: a certificate that is due again at once means that the bridge's clock and this one disagree.</summary>
    public TimeSpan RestAfterRenewal { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Makes the next key, as text of its file.</summary>
    public Func<string> MakeKey { get; init; } = TerminalKey.Make;
}

/// <summary>
/// Keeps the terminal's certificate good: renews it after two thirds of its life with a new key, goes over to the new pair in one step, keeps
/// the old one until the bridge has taken the new one, and goes back to it where the bridge does not.
/// </summary>
/// <remarks>
/// A certificate is judged by a time only where NTP or the bridge vouches for it. A terminal that does not know the time asks for renewal when the
/// bridge does not let it in: the bridge, whose clock counts, renews an expired certificate within its grace.
/// </remarks>
public sealed class CertificateKeeper : IUplinkIdentity, IDisposable
{
    // Refusals without words may be a bad line; several in a row after a renewal are not.
    private const int SilentRefusals = 3;

    private readonly CertificateKeeperOptions _options;
    private readonly IdentityFolder _folder;
    private readonly TrustedClock _clock;
    private readonly TimeProvider _time;
    private readonly RenewalClient _client;
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _gate = new();
    private CertificateStatus _status = new(CertificateCondition.Missing, "The terminal has no certificate yet.", null, null, 0, null, []);
    private bool _showsPrevious;
    private int _silent;
    private bool _notLetIn;
    private bool _wished;
    private string? _shown;
    private string? _shutOut;
    private bool _neither;
    private int _failures;
    private long? _failedAt;
    private TimeSpan _pause;
    private string? _fault;

    public CertificateKeeper(CertificateKeeperOptions options, IdentityFolder folder, TrustedClock clock, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _folder, _clock, _time) = (options, folder, clock, time ?? TimeProvider.System);
        _client = new(options.Host, options.Port, options.Names, options.RequestLimit);
    }

    /// <summary>What happened, in plain words. Any thread.</summary>
    public event Action<CertificateNote>? Noted;

    /// <summary>A new pair is in force: whoever holds a link makes another. Any thread.</summary>
    public event Action? Renewed;

    public CertificateStatus Status => Volatile.Read(ref _status);

    /// <inheritdoc/>
    public X509Certificate2 Own()
    {
        lock (_gate)
        {
            _showsPrevious = _folder.HasPrevious && (_notLetIn || _silent >= SilentRefusals);
            X509Certificate2 own = _folder.Load(_showsPrevious, check: true);
            _shown = Thumbprint(own);
            return own;
        }
    }

    /// <inheritdoc/>
    public void Taken()
    {
        lock (_gate)
        {
            bool kept = _folder.HasPrevious, back = kept && _showsPrevious;
            (_notLetIn, _shutOut, _neither, _silent, _showsPrevious) = (false, null, false, 0, false);
            if (!kept) return;
            try
            {
                if (back)
                {
                    _folder.Revert();
                    Fail("The bridge does not take the renewed certificate, but takes the one before: that is in force again.", null);
                }
                else
                {
                    _folder.Confirm();
                    Noted?.Invoke(new("The bridge has taken the renewed certificate; the one before is forgotten.", false));
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // A disk that takes nothing must not cost the link: punches go up, and the next greeting tries again.
                Fail($"The files of the terminal's certificate cannot be put in order: {fault.Message}", null);
            }
        }

        Wake();
    }

    /// <inheritdoc/>
    public void Failed(bool refused, bool reached, string why)
    {
        lock (_gate)
        {
            if (_showsPrevious)
            {
                // No better than the one after it: they are tried in turn.
                _neither |= refused && _notLetIn;
                (_notLetIn, _silent) = (false, 0);
            }
            else if (refused) _notLetIn = true;
            else if (reached) _silent++;
            if (!refused) return;
            _shutOut = _shown;
        }

        Wake();
    }

    /// <summary>The bridge wishes a renewal (it issues under another root now): as soon as one may be tried.</summary>
    public void Ask()
    {
        lock (_gate) _wished = true;
        Wake();
    }

    /// <summary>Looks after it until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _folder.Finish();
        while (true)
        {
            try
            {
                await LookAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                Fail($"The terminal's certificate cannot be renewed: {fault.Message}", null);
            }

            await WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _wake.Dispose();

    /// <summary>When a certificate is renewed: two thirds of its life, and a share of a thirtieth more that is its own, so that terminals enrolled together do not all come at once.</summary>
    public static DateTimeOffset RenewAt(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        DateTimeOffset begin = certificate.NotBefore;
        TimeSpan life = certificate.NotAfter - certificate.NotBefore;
        double share = BitConverter.ToUInt16(SHA256.HashData(certificate.RawData)) / 65_536.0;
        return begin + life * 2 / 3 + life / 30 * share;
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (_folder.Missing is { } file)
        {
            Show(CertificateCondition.Missing, $"The terminal is not provisioned: {file} is missing.", null, null);
            return;
        }

        lock (_gate)
        {
            // Refused in words under both: the older one is the one that an older copy of the bridge's store may still know, and renew.
            if (_neither) _folder.Revert();
            _neither = false;
        }

        using X509Certificate2 own = _folder.Load();
        DateTimeOffset end = own.NotAfter, renewAt = RenewAt(own), now = _clock.CertificateTime;
        bool vouched = _clock.Source >= TrustSource.Bridge;
        bool expired = vouched && now >= end, due = vouched && now >= renewAt, asked;
        lock (_gate) asked = _wished || _shutOut == Thumbprint(own);
        if (_folder.HasPrevious)
        {
            Show(CertificateCondition.Unconfirmed, "The certificate is renewed; the one before is kept until the bridge has taken the new one.", end, renewAt);
            return;
        }

        if (!due && !asked)
        {
            if (_failures > 0 && _fault is not null) (_failures, _fault) = (0, null);
            Show(CertificateCondition.Good, string.Create(CultureInfo.InvariantCulture, $"The certificate is good until {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC and is renewed by itself from {renewAt.UtcDateTime:yyyy-MM-dd} on."), end, renewAt);
            return;
        }

        if (_failedAt is not { } failed || _time.GetElapsedTime(failed) >= _pause)
        {
            await RenewAsync(own, cancellationToken).ConfigureAwait(false);
            if (_fault is null) return;
        }

        string text = string.Create(CultureInfo.InvariantCulture, $"The certificate {(expired ? "has run out on" : "runs out on")} {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC{(_fault is null ? "." : $" and could not be renewed: {_fault}")}");
        Show(expired ? CertificateCondition.Expired : _fault is null ? CertificateCondition.Due : CertificateCondition.Failing, text, end, renewAt);
    }

    private async Task RenewAsync(X509Certificate2 own, CancellationToken cancellationToken)
    {
        using ECDsa key = _folder.NextKey(_options.MakeKey);
        byte[] request = new CertificateRequest(own.SubjectName, key, HashAlgorithmName.SHA256).CreateSigningRequest();
        RenewalAnswer answer = await _client.AskAsync(own, Roots(), request, JudgeTime.Of(_clock), cancellationToken).ConfigureAwait(false);
        if (answer.Certificates is null)
        {
            Fail(answer.Fault!, answer.RetryAfter);
            return;
        }

        string? wrong = Unfit(answer.Certificates, own, key, out string pem);
        if (wrong is not null)
        {
            Fail($"The certificate that the bridge returned is refused: {wrong}.", null);
            return;
        }

        if (!_folder.Settle(pem, Thumbprint(own))) return;
        lock (_gate)
        {
            (_wished, _shutOut, _notLetIn, _silent, _failures, _fault) = (false, null, false, 0, 0, null);
            (_failedAt, _pause) = (_time.GetTimestamp(), _options.RestAfterRenewal);
        }

        using X509Certificate2 renewed = _folder.Load();
        Show(CertificateCondition.Unconfirmed, "The certificate is renewed; the one before is kept until the bridge has taken the new one.", renewed.NotAfter, RenewAt(renewed));
        Noted?.Invoke(new(string.Create(CultureInfo.InvariantCulture, $"The terminal's certificate is renewed with a new key, until {renewed.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC."), false));
        Renewed?.Invoke();
    }

    // Our key, our name, made for TLS clients, and of a root that we trust.
    private string? Unfit(X509Certificate2Collection answer, X509Certificate2 own, ECDsa key, out string pem)
    {
        pem = "";
        byte[] ours = key.ExportSubjectPublicKeyInfo();
        if (answer.FirstOrDefault(one => one.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(ours)) is not { } leaf) return "it is for another key";
        if (!leaf.SubjectName.RawData.AsSpan().SequenceEqual(own.SubjectName.RawData)) return $"it names '{leaf.Subject}', not '{own.Subject}'";
        X509Certificate2Collection roots = Roots();
        try
        {
            // No time: the bridge's clock made it, and judges it.
            using X509Chain chain = new() { ChainPolicy = OwnRoots.Policy(roots, at: null) };
            chain.ChainPolicy.ExtraStore.AddRange(answer);
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
            if (!chain.Build(leaf)) return "it is not of this terminal's own CA";
            pem = string.Concat(chain.ChainElements.Select(one => one.Certificate).Where(one => !roots.Any(root => root.RawData.AsSpan().SequenceEqual(one.RawData))).Select(one => one.ExportCertificatePem() + "\n"));
            return null;
        }
        finally
        {
            foreach (X509Certificate2 root in roots) root.Dispose();
        }
    }

    private static string Thumbprint(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));

    private X509Certificate2Collection Roots()
    {
        X509Certificate2Collection roots = [];
        roots.ImportFromPemFile(_folder.RootsFile);
        return roots;
    }

    private void Fail(string why, TimeSpan? asked)
    {
        bool news;
        lock (_gate)
        {
            news = _fault != why;
            _fault = why;
            _failures++;
            _failedAt = _time.GetTimestamp();
            double wait = Math.Min(_options.BackoffCap.TotalSeconds, _options.BackoffFirst.TotalSeconds * Math.Pow(2, Math.Min(_failures - 1, 20)));
            _pause = TimeSpan.FromSeconds(wait * (0.75 + Random.Shared.NextDouble() / 2));
            if (asked > _pause) _pause = asked.Value < _options.BackoffCap ? asked.Value : _options.BackoffCap;
        }

        if (news) Noted?.Invoke(new(why, true));
    }

    private void Show(CertificateCondition condition, string text, DateTimeOffset? end, DateTimeOffset? renewAt)
    {
        string[] roots = [];
        try
        {
            X509Certificate2Collection all = Roots();
            roots = [.. all.Select(Thumbprint)];
            foreach (X509Certificate2 one in all) one.Dispose();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // Said elsewhere: without roots there is no link.
        }

        DateTimeOffset? next = _fault is not null && _failedAt is { } failed ? _time.GetUtcNow() + (_pause - _time.GetElapsedTime(failed)) : null;
        Volatile.Write(ref _status, new(condition, text, end, renewAt, _failures, next, roots, _folder.KeyPlace));
    }

    private void Wake()
    {
        try
        {
            if (_wake.CurrentCount == 0) _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke it.
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = new(_options.Look, _time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await _wake.WaitAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to look again.
        }
    }
}

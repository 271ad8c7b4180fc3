using System.Diagnostics;
using System.Globalization;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.FleetLoad.Terminals;

/// <summary>A terminal's ledger in memory: punches with sound chains, kept until a watermark whose chain is its own covers them.</summary>
internal sealed class LoadLedger(string terminal, int people)
{
    private const string Pack = "faceplugin-rfb-512/1.2.0";
    private readonly Lock _gate = new();
    private readonly Queue<(Punch Punch, long Begun)> _waiting = new();
    private byte[] _chain = [];
    private long _last;
    private long _confirmed;

    public Guid Id { get; } = Guid.CreateVersion7();

    public long LastSeq => Volatile.Read(ref _last);

    /// <summary>Every punch up to it was told as durable.</summary>
    public long Confirmed => Volatile.Read(ref _confirmed);

    /// <summary>Chain value at <see cref="Confirmed"/>, hex.</summary>
    public string ConfirmedChain { get; private set; } = "";

    public int Waiting
    {
        get { lock (_gate) return _waiting.Count; }
    }

    public HelloMessage Hello(string boot, AppliedMessage applied)
    {
        lock (_gate)
            return new()
            {
                Terminal = terminal, Ledger = Id, LastSeq = _last, LastChain = PunchChain.ToHex(Head()), Boot = boot, Applied = applied,
                Now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Versions = { ["agent"] = "0.1.0" },
            };
    }

    /// <summary>Records a punch, as by face.</summary>
    public void Add(int dice)
    {
        lock (_gate)
        {
            Punch bare = new()
            {
                Terminal = terminal, Ledger = Id, Seq = _last + 1, Person = string.Create(CultureInfo.InvariantCulture, $"{terminal}-p{dice % people}"),
                At = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Clock = ClockQuality.Synced, UncertaintyMs = 12, Method = PunchMethod.Face,
                Direction = PunchDirection.In, Score = 0.55f + dice % 4096 / 10_000f, Threshold = 0.4213f, Liveness = 0.9f + dice % 512 / 6000f, Pack = Pack, Chain = "",
            };
            _chain = PunchChain.Next(Head(), bare);
            _last++;
            _waiting.Enqueue((bare with { Chain = PunchChain.ToHex(_chain) }, Stopwatch.GetTimestamp()));
        }
    }

    /// <summary>The oldest punches that no watermark covers, at most so many.</summary>
    public List<Punch> Next(int most)
    {
        lock (_gate)
        {
            List<Punch> next = new(Math.Min(most, _waiting.Count));
            foreach ((Punch punch, _) in _waiting)
            {
                if (next.Count == most) break;
                next.Add(punch);
            }

            return next;
        }
    }

    /// <summary>Takes a watermark. False where it is of this ledger and does not fit it: the bridge would have lost or altered something.</summary>
    public bool Confirm(StateMessage state, Tally? tally)
    {
        if (state.Ledger != Id) return true;
        lock (_gate)
        {
            if (state.Through < _confirmed || state.Through > _last) return false;
            int freed = 0;
            string? chain = null;
            while (_waiting.TryPeek(out (Punch Punch, long Begun) oldest) && oldest.Punch.Seq <= state.Through)
            {
                _waiting.Dequeue();
                chain = oldest.Punch.Chain;
                freed++;
                tally?.Durable.Add(Stopwatch.GetTimestamp() - oldest.Begun);
            }

            if (freed == 0) return true;
            if (chain != state.Chain) return false;
            _confirmed = state.Through;
            ConfirmedChain = chain;
            tally?.AddPunches(freed);
            return true;
        }
    }

    private byte[] Head() => _chain.Length > 0 ? _chain : _chain = PunchChain.Genesis(Id);
}

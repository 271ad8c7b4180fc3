using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Readers;

/// <summary>
/// NXP PN532 (UM0701-02): looks for ISO/IEC 14443 type A cards with InListPassiveTarget. The chip does anticollision, BCC and CRC_A itself.
/// One short stage a call; an answer that does not come ends with an abort (ACK frame, 6.2.1.3), three in a row with a fault.
/// </summary>
public sealed class Pn532 : ICardReader, ICardRefusal, IPartHealth
{
    public const int EveryMs = 80;
    public const int AckLimitMs = 100;
    public const int AnswerLimitMs = 700;

    private const int MostMisses = 3;
    private const int GetFirmwareVersion = 0x02;
    private const int SamConfiguration = 0x14;
    private const int RfConfiguration = 0x32;
    private const int InListPassiveTarget = 0x4A;
    private const int Ic = 0x32;
    private const string Remedy = "Check its wires, 3.3 V and its two mode switches (I2C 1 0, UART 0 0); faces and PINs work meanwhile.";

    private static readonly byte[] Version = [GetFirmwareVersion];
    private static readonly byte[] Sam = [SamConfiguration, 0x01, 0x14, 0x00];

    /// <summary>Item 5, MaxRetries: one look for a card (MxRtyPassiveActivation 1), then an answer, instead of looking for ever.</summary>
    private static readonly byte[] Retries = [RfConfiguration, 0x05, 0xFF, 0x01, 0x01];

    /// <summary>Up to two targets, 106 kbit/s type A.</summary>
    private static readonly byte[] Look = [InListPassiveTarget, 0x02, 0x00];
    private static readonly byte[] Abort = [0x00, 0x00, 0xFF, 0x00, 0xFF, 0x00];

    private readonly IPn532Port _port;
    private readonly DriverHealth _health = new DriverHealth("card reader PN532");
    private readonly ReadingJudge _judge = new ReadingJudge();
    private readonly CardUid _uid = new CardUid();
    private readonly Pn532Frames _frames = new Pn532Frames();
    private readonly byte[] _frame = new byte[16];
    private readonly byte[] _received = new byte[63];
    private byte[] _command = Version;
    private bool _up;
    private bool _waiting;
    private bool _acked;
    private int _misses;
    private long _sinceMs = long.MinValue / 2;

    public Pn532(IPn532Port port)
    {
        _port = port;
    }

    public PartFault? Fault
    {
        get { return _health.Fault; }
    }

    public CardRefusal LastRefusal
    {
        get { return _judge.LastRefusal; }
    }

    public bool TakeDamaged()
    {
        return _judge.Take();
    }

    public string? Poll(long nowMs)
    {
        if (_waiting)
        {
            return Receive(nowMs);
        }

        if (!_health.MayTry(nowMs) || (_command == Look && nowMs - _sinceMs < EveryMs))
        {
            return null;
        }

        if (!_up)
        {
            _up = true;
            if (!_port.Wake())
            {
                Fail(PartFaultKind.NotAnswering, nowMs);
                return null;
            }
        }

        _frames.Reset();
        int count = Pn532Frames.Make(_command, _command.Length, _frame);
        if (!_port.Send(_frame, count))
        {
            Miss(PartFaultKind.NotAnswering, nowMs);
            return null;
        }

        _waiting = true;
        _acked = false;
        _sinceMs = nowMs;
        return null;
    }

    private string? Receive(long nowMs)
    {
        int count = _port.Receive(_received);
        if (count < 0)
        {
            Miss(PartFaultKind.NotAnswering, nowMs);
            return null;
        }

        for (int i = 0; i < count; i++)
        {
            switch (_frames.Feed(_received[i]))
            {
                case Pn532Event.Ack:
                    _acked = true;
                    break;
                case Pn532Event.Frame:
                    if (_acked && _frames.Data[0] == _command[0] + 1)
                    {
                        _waiting = false;
                        _misses = 0;
                        _sinceMs = nowMs;
                        return Answer(nowMs);
                    }

                    break;
                case Pn532Event.Nack:
                case Pn532Event.Broken:
                    Miss(PartFaultKind.BadData, nowMs);
                    return null;
            }
        }

        if (nowMs - _sinceMs > (_acked ? AnswerLimitMs : AckLimitMs))
        {
            Miss(_acked ? PartFaultKind.TimeOut : PartFaultKind.NotAnswering, nowMs);
        }

        return null;
    }

    private string? Answer(long nowMs)
    {
        if (_command == Version)
        {
            if (_frames.Count < 5 || _frames.Data[1] != Ic)
            {
                Fail(PartFaultKind.WrongChip, nowMs);
                return null;
            }

            _command = Sam;
        }
        else if (_command == Sam)
        {
            _command = Retries;
        }
        else if (_command == Retries)
        {
            _command = Look;
            _health.Well();
        }
        else
        {
            return Looked(nowMs);
        }

        return null;
    }

    /// <summary>4B, NbTg, then Tg, SENS_RES (2), SEL_RES, NFCIDLength, NFCID1, and an ATS for cards that have one.</summary>
    private string? Looked(long nowMs)
    {
        _health.Well();
        byte[] data = _frames.Data;
        int targets = _frames.Count > 1 ? data[1] : 0;
        if (targets == 0)
        {
            _judge.FieldEmpty(nowMs);
            return null;
        }

        int length = _frames.Count > 6 ? data[6] : 0;
        CardRefusal refusal = targets > 1 ? CardRefusal.TwoCards : CardRefusal.Damaged;
        if (targets == 1 && length > 0 && length <= 10 && 7 + length <= _frames.Count)
        {
            _uid.Clear();
            _uid.Add(data, 7, length);
            refusal = _uid.Check();
        }

        if (refusal != CardRefusal.None)
        {
            _judge.Failure(refusal, nowMs);
            return null;
        }

        _judge.Success(nowMs);
        return _uid.Text();
    }

    private void Miss(PartFaultKind kind, long nowMs)
    {
        _waiting = false;
        _sinceMs = nowMs;
        _misses++;
        if (_misses >= MostMisses)
        {
            Fail(kind, nowMs);
        }
        else
        {
            // The chip stops what it is at and listens again.
            _port.Send(Abort, Abort.Length);
        }
    }

    private void Fail(PartFaultKind kind, long nowMs)
    {
        _health.Failed(kind, Remedy, nowMs);
        _misses = 0;
        _up = false;
        _waiting = false;
        _command = Version;
    }
}

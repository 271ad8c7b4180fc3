using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Readers;

/// <summary>
/// MFRC522 over SPI: reads UIDs of 4, 7 and 10 bytes from ISO/IEC 14443 type A cards (cascade levels 1 to 3), each checked by BCC and by
/// the CRC_A of the card's SAK. One short stage a call: no call waits, every stage has an end. Two cards in the field are refused: a purse
/// with two cards must not punch by chance. The card is halted after each reading and woken again (WUPA), so that it is seen as long as it
/// is there.
/// </summary>
public sealed class Rc522 : ICardReader, ICardRefusal, IPartHealth
{
    /// <summary>Pause between two looks into the field, ms.</summary>
    public const int EveryMs = 80;

    /// <summary>A stage that takes longer means that the chip does not work: its own timer ends each after 10 ms.</summary>
    public const int StageLimitMs = 60;

    private const int Wupa = 0x52;
    private const int CascadeTag = 0x88;
    private const int SakCascade = 0x04;
    private const string Remedy = "Check its SPI lines, RST and 3.3 V; faces and PINs work meanwhile.";

    private readonly Rc522Link _link;
    private readonly IPinOutput _reset;
    private readonly DriverHealth _health = new DriverHealth("card reader RC522");
    private readonly ReadingJudge _judge = new ReadingJudge();
    private readonly CardUid _uid = new CardUid();
    private readonly byte[] _frame = new byte[16];
    private Stage _stage = Stage.Down;
    private int _level;
    private long _stageMs;

    public Rc522(ISpiBus spi, IPinOutput reset)
    {
        _link = new Rc522Link(spi);
        _reset = reset;
        _reset.Set(false);
    }

    private enum Stage
    {
        Down = 0,
        Resetting = 1,
        Waking = 2,
        Resting = 3,
        Request = 4,
        Anticollision = 5,
        Select = 6,
        Halt = 7,
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
        switch (_stage)
        {
            case Stage.Down:
                if (_health.MayTry(nowMs))
                {
                    _reset.Set(false);
                    Go(Stage.Resetting, nowMs);
                }

                return null;
            case Stage.Resetting:
                _reset.Set(true);
                Go(Stage.Waking, nowMs);
                return null;
            case Stage.Waking:
                // 8.8.2: the oscillator needs 37.7 µs and the board's own start; 50 ms is what clones want.
                if (nowMs - _stageMs >= 50)
                {
                    Configure(nowMs);
                }

                return null;
            case Stage.Resting:
                if (nowMs - _stageMs >= EveryMs)
                {
                    _uid.Clear();
                    _level = 0;
                    _frame[0] = Wupa;
                    Send(Stage.Request, 1, 7, nowMs);
                }

                return null;
            default:
                return Answered(nowMs);
        }
    }

    private void Configure(long nowMs)
    {
        int version = _link.Get(Rc522Registers.VersionReg);
        if (version == 0x00 || version == 0xFF)
        {
            Fail(PartFaultKind.NotAnswering, nowMs);
        }
        else if (!Rc522Registers.IsKnown(version))
        {
            Fail(PartFaultKind.WrongChip, nowMs);
        }
        else if (!_link.Configure())
        {
            Fail(PartFaultKind.BadData, nowMs);
        }
        else
        {
            _health.Well();
            Go(Stage.Resting, nowMs);
        }
    }

    private string? Answered(long nowMs)
    {
        Rc522Answer answer = _link.Take(_frame, out int count, out int lastBits);
        if (answer == Rc522Answer.Pending)
        {
            if (nowMs - _stageMs > StageLimitMs)
            {
                Fail(PartFaultKind.TimeOut, nowMs);
            }

            return null;
        }

        if (answer == Rc522Answer.Absent)
        {
            Fail(PartFaultKind.NotAnswering, nowMs);
            return null;
        }

        switch (_stage)
        {
            case Stage.Request:
                Requested(answer, nowMs);
                return null;
            case Stage.Anticollision:
                Collided(answer, count, lastBits, nowMs);
                return null;
            case Stage.Select:
                return Selected(answer, count, nowMs);
            default:
                // HLTA is answered by silence; what else comes is nothing to act on.
                Go(Stage.Resting, nowMs);
                return null;
        }
    }

    private void Requested(Rc522Answer answer, long nowMs)
    {
        if (answer == Rc522Answer.Silence)
        {
            if (_link.Get(Rc522Registers.VersionReg) is int version && !Rc522Registers.IsKnown(version))
            {
                // Silence is also what a reader without power gives.
                Fail(PartFaultKind.NotAnswering, nowMs);
                return;
            }

            _judge.FieldEmpty(nowMs);
            Go(Stage.Resting, nowMs);
            return;
        }

        // Several cards' ATQAs may collide here; that is found out in the next stage.
        Anticollide(nowMs);
    }

    private void Anticollide(long nowMs)
    {
        _frame[0] = (byte)(0x93 + (2 * _level));
        _frame[1] = 0x20;
        Send(Stage.Anticollision, 2, 0, nowMs);
    }

    private void Collided(Rc522Answer answer, int count, int lastBits, long nowMs)
    {
        if (answer == Rc522Answer.Collision)
        {
            Refuse(CardRefusal.TwoCards, nowMs);
            return;
        }

        bool sound = answer == Rc522Answer.Data && count == 5 && lastBits == 0
            && (_frame[0] ^ _frame[1] ^ _frame[2] ^ _frame[3]) == _frame[4];
        if (!sound)
        {
            Refuse(CardRefusal.Damaged, nowMs);
            return;
        }

        // At the third level there is nothing to cascade to.
        bool cascaded = _frame[0] == CascadeTag && _level < 2;
        _uid.Add(_frame, cascaded ? 1 : 0, cascaded ? 3 : 4);
        for (int i = 4; i >= 0; i--)
        {
            _frame[i + 2] = _frame[i];
        }

        _frame[0] = (byte)(0x93 + (2 * _level));
        _frame[1] = 0x70;
        CrcA.Append(_frame, 7);
        Send(Stage.Select, 9, 0, nowMs);
    }

    private string? Selected(Rc522Answer answer, int count, long nowMs)
    {
        if (answer != Rc522Answer.Data || count != 3 || !CrcA.IsRight(_frame, 3))
        {
            Refuse(CardRefusal.Damaged, nowMs);
            return null;
        }

        bool more = (_frame[0] & SakCascade) != 0;
        if (more != (_uid.Length == 3 || _uid.Length == 6))
        {
            // The SAK and the cascade tag say different things about the UID's length.
            Refuse(CardRefusal.Damaged, nowMs);
            return null;
        }

        if (more)
        {
            _level++;
            Anticollide(nowMs);
            return null;
        }

        CardRefusal refusal = _uid.Check();
        _frame[0] = 0x50;
        _frame[1] = 0x00;
        CrcA.Append(_frame, 2);
        Send(Stage.Halt, 4, 0, nowMs);
        if (refusal != CardRefusal.None)
        {
            _judge.Failure(refusal, nowMs);
            return null;
        }

        _judge.Success(nowMs);
        return _uid.Text();
    }

    private void Refuse(CardRefusal why, long nowMs)
    {
        _judge.Failure(why, nowMs);
        Go(Stage.Resting, nowMs);
    }

    private void Send(Stage stage, int count, int lastBits, long nowMs)
    {
        _link.Send(_frame, count, lastBits);
        Go(stage, nowMs);
    }

    private void Fail(PartFaultKind kind, long nowMs)
    {
        _health.Failed(kind, Remedy, nowMs);
        Go(Stage.Down, nowMs);
    }

    private void Go(Stage stage, long nowMs)
    {
        _stage = stage;
        _stageMs = nowMs;
    }
}

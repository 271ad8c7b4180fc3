using System;
using Devices.Link;
using Devices.Terminal.Screens;

namespace Devices.Terminal.Keys;

/// <summary>
/// Person's number, '#', PIN, '#'. '*' takes the last digit back and, with none left, ends the entry; 15 s without a key end it too. Digits of
/// the PIN are never shown or logged. After three refused entries in a row the keypad rests for 30 s, doubled up to 8 minutes: the board keeps
/// a count of its own for each person, this one only takes the speed out of trying.
/// </summary>
public sealed class PinPad
{
    public const int IdleMs = 15000;
    public const int MaxPerson = 12;
    public const int MinPin = 4;
    public const int MaxPin = 12;

    private const int RefusedFree = 3;
    private const int FirstRestMs = 30000;
    private const int LongestRestMs = 480000;

    private readonly ScreenDirector _screen;
    private readonly Chimes _chimes;
    private readonly char[] _digits = new char[MaxPerson];
    private int _count;
    private bool _pinNext;
    private long _keyMs;
    private bool _active;
    private int _refused;
    private int _restMs = FirstRestMs;
    private long _restUntilMs;

    public PinPad(ScreenDirector screen, Chimes chimes)
    {
        _screen = screen ?? throw new ArgumentNullException(nameof(screen));
        _chimes = chimes ?? throw new ArgumentNullException(nameof(chimes));
    }

    /// <summary>The finished entry's person, valid after <see cref="Key"/> returned true.</summary>
    public string Person { get; private set; } = "";

    /// <summary>The finished entry's PIN; <see cref="Forget"/> it once it is stored.</summary>
    public string Pin { get; private set; } = "";

    /// <summary>Takes one key ('\0' for none); true when an entry is complete.</summary>
    public bool Key(char key, long nowMs)
    {
        if (key == '\0')
        {
            if (_active && nowMs - _keyMs >= IdleMs)
            {
                End();
                _screen.Idle();
            }

            return false;
        }

        if (nowMs < _restUntilMs)
        {
            _screen.Show(ScreenKind.Hint, _screen.Texts.PinRest, "", "", nowMs, 3000);
            _chimes.Play(Chime.Bad, nowMs);
            return false;
        }

        _keyMs = nowMs;
        _chimes.Play(Chime.Key, nowMs);
        if (key == '#')
        {
            return Enter(nowMs);
        }

        if (key == '*')
        {
            if (_count > 0)
            {
                _digits[--_count] = '\0';
            }
            else
            {
                End();
                _screen.Idle();
                return false;
            }
        }
        else if (_count < (_pinNext ? MaxPin : MaxPerson))
        {
            _digits[_count++] = key;
        }

        _active = true;
        Show(nowMs);
        return false;
    }

    /// <summary>What the board answered to a PIN entry.</summary>
    public void Answered(bool accepted, long nowMs)
    {
        if (accepted)
        {
            _refused = 0;
            _restMs = FirstRestMs;
        }
        else if (++_refused >= RefusedFree)
        {
            _restUntilMs = nowMs + _restMs;
            _restMs = _restMs * 2 > LongestRestMs ? LongestRestMs : _restMs * 2;
        }
    }

    /// <summary>Wipes what was typed.</summary>
    public void Forget()
    {
        Person = "";
        Pin = "";
        End();
    }

    private bool Enter(long nowMs)
    {
        if (_count == 0 || (_pinNext && _count < MinPin))
        {
            _chimes.Play(Chime.Bad, nowMs);
            return false;
        }

        string text = new string(_digits, 0, _count);
        Wipe();
        if (!_pinNext)
        {
            Person = text;
            _pinNext = true;
            _active = true;
            Show(nowMs);
            return false;
        }

        Pin = text;
        _pinNext = false;
        _active = false;
        return true;
    }

    private void End()
    {
        Wipe();
        _pinNext = false;
        _active = false;
    }

    private void Wipe()
    {
        for (int i = 0; i < _digits.Length; i++)
        {
            _digits[i] = '\0';
        }

        _count = 0;
    }

    private void Show(long nowMs)
    {
        char[] shown = new char[_count + 1];
        for (int i = 0; i < _count; i++)
        {
            shown[i] = _pinNext ? '*' : _digits[i];
        }

        shown[_count] = '_';
        string title = _pinNext ? _screen.Texts.PinAsked : _screen.Texts.NumberAsked;
        _screen.Show(ScreenKind.Hint, title, new string(shown), _screen.Texts.PinKeys, nowMs, IdleMs);
    }
}

using Devices.Terminal.Cards;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Readers;

/// <summary>The UID of an ISO/IEC 14443-3 type A card while it is put together, and its text, made anew only when the card changes.</summary>
public sealed class CardUid
{
    private readonly byte[] _bytes = new byte[10];
    private readonly byte[] _spoken = new byte[10];
    private int _spokenLength;
    private string _text = "";

    public int Length { get; private set; }

    public void Clear()
    {
        Length = 0;
    }

    public void Add(byte[] from, int offset, int count)
    {
        for (int i = 0; i < count && Length < _bytes.Length; i++)
        {
            _bytes[Length++] = from[offset + i];
        }
    }

    /// <summary>
    /// What stands against this UID: a single-size one that starts with 08 is made up for each reading (clause 6.5.4, "random ID"), as phones
    /// do; lengths are 4, 7 or 10.
    /// </summary>
    public CardRefusal Check()
    {
        if (Length != 4 && Length != 7 && Length != 10)
        {
            return CardRefusal.Damaged;
        }

        return Length == 4 && _bytes[0] == 0x08 ? CardRefusal.RandomNumber : CardRefusal.None;
    }

    public string Text()
    {
        bool same = Length == _spokenLength;
        for (int i = 0; same && i < Length; i++)
        {
            same = _bytes[i] == _spoken[i];
        }

        if (!same)
        {
            for (int i = 0; i < Length; i++)
            {
                _spoken[i] = _bytes[i];
            }

            _spokenLength = Length;
            _text = Hex.Of(_bytes, Length);
        }

        return _text;
    }
}

namespace Devices.Fuzz.Engine;

/// <summary>What an input looks like where it is sound, which says how it is best spoilt.</summary>
internal enum Shape
{
    /// <summary>Frames, pictures, archives: bits, lengths, cuts and splices.</summary>
    Bytes,

    /// <summary>Lines, words and numbers: the words of <see cref="HostileWords"/> beside what bytes get.</summary>
    Text,

    /// <summary>As text, and by its structure: members left out, doubled, renamed, of another kind, nested without end.</summary>
    Json,
}

using System.Text.RegularExpressions;
using Devices.Cli.Flash.Serial;

namespace Devices.Cli.Flash.Rom;

/// <summary>Brings a chip into its loader and says in words why it could not.</summary>
public static partial class RomConnector
{
    private const int Rounds = 2, SyncsPerReset = 5;

    /// <summary>The speed at which every ROM starts listening.</summary>
    public const int StartBaud = 115_200;

    // Where no wire can reset the chip, an earlier run that was cut off may have left it at one of these.
    private static readonly int[] LeftBauds = [460_800, 921_600, 230_400, 1_500_000];

    /// <summary>Restarts the chip into its loader and waits for its answer; the line has to be at <see cref="StartBaud"/>.</summary>
    /// <returns>The speed at which it answered.</returns>
    /// <exception cref="NoLoaderException">It does not answer; the sentence tells what was seen.</exception>
    /// <exception cref="SerialLineException">The line is gone.</exception>
    public static int Connect(RomLoader loader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(loader);
        ISerialLine line = loader.Link.Line;
        bool reset = true;
        string log = "";
        for (int round = 0; round < Rounds; round++)
        {
            foreach (ResetSequence sequence in ResetSequence.IntoLoader(line.IsUsbJtag))
            {
                cancellationToken.ThrowIfCancellationRequested();
                loader.Link.Clear();
                reset = sequence.Play(line);
                if (Answers(loader, cancellationToken)) return StartBaud;
                if (loader.Link.Noise is { Length: > 0 } noise) log = noise;
                // Without wires there is only one way to try.
                if (!reset) break;
            }
        }

        if (!reset && AnswersAtAnotherSpeed(loader, cancellationToken) is { } baud) return baud;
        throw new NoLoaderException(Explain(line.Name, reset, log), byHand: !reset);
    }

    /// <summary>Whether the loader answers within a few tries.</summary>
    public static bool Answers(RomLoader loader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(loader);
        for (int attempt = 0; attempt < SyncsPerReset; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (!loader.Sync()) throw new NoLoaderException($"A flasher program of another tool is running on the chip at {loader.Link.Line.Name}, and it was not reset.", byHand: true);
                return true;
            }
            catch (RomSilentException)
            {
                Thread.Sleep(50);
            }
            catch (RomRefusedException)
            {
                // Half a command of an earlier run was still in its buffer; the next try starts clean.
            }
        }

        return false;
    }

    private static int? AnswersAtAnotherSpeed(RomLoader loader, CancellationToken cancellationToken)
    {
        ISerialLine line = loader.Link.Line;
        foreach (int baud in LeftBauds)
        {
            try
            {
                line.SetBaud(baud);
            }
            catch (SerialLineException fault) when (fault.Fault == SerialFault.Unsupported)
            {
                continue;
            }

            loader.Link.Clear();
            if (Answers(loader, cancellationToken)) return baud;
        }

        line.SetBaud(StartBaud);
        return null;
    }

    private static string Explain(string name, bool reset, string log)
    {
        Match boot = BootMode().Match(log);
        if (boot.Success && log.Contains("waiting for download", StringComparison.Ordinal))
            return $"The chip at {name} is in its loader but does not hear us: the wire from this computer's TX to the board's RX is open.";
        if (boot.Success)
            return $"The chip at {name} started its program instead of its loader (boot mode {boot.Groups[1].Value}).";
        return reset
            ? $"No chip answers at {name}."
            : $"No chip answers at {name}, and this line has no wires to reset one.";
    }

    [GeneratedRegex("boot:(0x[0-9a-fA-F]+)")]
    private static partial Regex BootMode();
}

/// <summary>The chip's loader does not answer.</summary>
/// <param name="byHand">Whether only a hand on the board's buttons can help.</param>
public sealed class NoLoaderException(string message, bool byHand) : IOException(message)
{
    public bool ByHand { get; } = byHand;
}

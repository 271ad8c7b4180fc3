using System.Text;

namespace Devices.Bridge.Fleet;

/// <summary>Answers for programs that show a technician what they were told, or write it into a log: one sentence, no markup.</summary>
internal static class PlainAnswer
{
    public static IResult Sentence(int status, string text) => Results.Text(text + "\n", "text/plain; charset=utf-8", Encoding.UTF8, status);
}

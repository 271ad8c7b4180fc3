using System.Globalization;
using System.Reflection;

namespace Devices.Bridge.Store.Sqlite;

/// <summary>Numbered migrations, embedded as <c>migrations/NNNN_name.sql</c>; the schema's number is in <c>PRAGMA user_version</c>.</summary>
public static class Migrations
{
    private const string Folder = "migrations/";

    /// <summary>The newest schema this program knows.</summary>
    public static int Newest { get; } = All().Count == 0 ? 0 : All()[^1].Number;

    /// <summary>Applies what is missing, each migration in a transaction of its own.</summary>
    /// <exception cref="BridgeStartException">The file has a newer schema than this program knows.</exception>
    public static void Apply(SqliteSession session, string file)
    {
        ArgumentNullException.ThrowIfNull(session);
        foreach ((int number, string resource) in All())
        {
            session.Script("BEGIN IMMEDIATE;");
            try
            {
                // Read inside the transaction: a subcommand may be migrating the same new file.
                long found = session.Number("PRAGMA user_version");
                if (found > Newest)
                    throw new BridgeStartException($"{file} was written by a newer bridge (schema {found}, this program knows {Newest}): install that version or a later one.");
                if (found < number)
                {
                    session.Script(Read(resource));
                    session.Script(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version={number};"));
                }
                session.Script("COMMIT;");
            }
            catch
            {
                session.Script("ROLLBACK;");
                throw;
            }
        }
    }

    private static List<(int Number, string Resource)> All() =>
        [.. typeof(Migrations).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => (int.Parse(name.AsSpan(Folder.Length, 4), CultureInfo.InvariantCulture), name))
            .OrderBy(one => one.Item1)];

    private static string Read(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}

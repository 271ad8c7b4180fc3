using Npgsql;

namespace Devices.Bridge.Store.Postgres;

/// <summary>The connection string lies in a file of its own: a password has no place on a command line, in the environment or in settings.</summary>
internal static class ConnectionFile
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <exception cref="BridgeStartException">The file is missing, open to others, or holds no connection string.</exception>
    public static NpgsqlConnectionStringBuilder Read(string file)
    {
        if (file.Length == 0)
            throw new BridgeStartException("Bridge:Store is postgres: name the file with the connection string in Bridge:Postgres:ConnectionFile (mode 0600, for example Host=/run/postgresql;Database=devices;Username=devices).");
        string text;
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != 0)
                throw new BridgeStartException($"{file} may be read or written by other users, and it may hold a password: chmod 600 {file}.");
            text = File.ReadAllText(file).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BridgeStartException($"The file with the connection string, {file}, cannot be read: check Bridge:Postgres:ConnectionFile and that the file belongs to this user.", fault);
        }
        try
        {
            NpgsqlConnectionStringBuilder builder = new(text);
            if (string.IsNullOrEmpty(builder.Host) || string.IsNullOrEmpty(builder.Database))
                throw new BridgeStartException($"{file} must name Host and Database, for example Host=/run/postgresql;Database=devices;Username=devices.");
            return builder;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or KeyNotFoundException)
        {
            // Not the message: it may hold a part of the text, and the text holds the password.
            throw new BridgeStartException($"{file} is no connection string: it must be like Host=/run/postgresql;Database=devices;Username=devices;Password=….", fault);
        }
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Contract.Punches;

namespace Devices.Bridge.Fleet;

/// <summary>
/// <c>claim --batch FILE</c>: a claim for each line of a list of terminals, written into its column <c>claim</c>: the list that <c>devices provision batch</c> reads.
/// All claims are made or none; a line that has one keeps it, so the same command again makes only what is missing.
/// </summary>
internal static class ClaimBatch
{
    private const int MostFaults = 20;
    private const long MostBytes = 4 * 1024 * 1024;

    /// <exception cref="BridgeStartException">The list has faults, all of which are named; nothing was made.</exception>
    public static async Task<int> RunAsync(CommandFlags flags, int hours, TextWriter output)
    {
        if (flags.Has("terminal") || flags.Has("serial")) throw new BridgeStartException("With --batch the list names terminals and serial numbers (columns terminal, serial); leave --terminal and --serial out.");
        string list = Path.GetFullPath(flags.Value("batch")!), target = Path.GetFullPath(flags.Value("out") ?? list);
        List<string[]> rows = Read(list);
        string[] header = [.. rows[0].Select(name => name.ToLowerInvariant())];
        int terminal = Array.IndexOf(header, "terminal"), serial = Array.IndexOf(header, "serial"), claim = Array.IndexOf(header, "claim");
        if (terminal < 0) throw new BridgeStartException($"The first line of {list} names no column 'terminal'.");
        Check(list, rows, terminal, serial);

        BridgeOptions options = FleetCommands.DataOf(flags);
        await using SqlDatabase database = StoreSetup.Open(options);
        using CertificateAuthority authority = CertificateAuthority.Open(options.CaDirectory, [], TimeProvider.System);
        DateTimeOffset expires = TimeProvider.System.GetUtcNow().AddHours(hours);
        if (claim < 0) (claim, rows) = (terminal + 1, [.. rows.Select(fields => (string[])[.. fields[..(terminal + 1)], "", .. fields[(terminal + 1)..]])]);
        if (serial > terminal && Array.IndexOf(header, "claim") < 0) serial++;
        rows[0][claim] = "claim";
        List<(byte[] CodeHash, string Terminal, string? Board)> made = [];
        foreach (string[] fields in rows.Skip(1).Where(fields => fields[claim].Length == 0))
        {
            string code = ClaimCode.Create();
            _ = ClaimCode.TryHash(code, out byte[] hash);
            fields[claim] = ClaimCode.WithRoot(code, authority.RootFingerprint);
            made.Add((hash, fields[terminal], serial >= 0 && fields[serial].Length > 0 ? fields[serial] : null));
        }

        // The codes are on the disk before they are good for anything: a claim whose code nobody knows could only run out.
        string beside = target + ".new";
        if (made.Count > 0)
        {
            await WriteAsync(beside, rows);
            if (!await new SqlClaimStore(database, TimeProvider.System).MakeAllAsync(made, expires.ToUnixTimeMilliseconds(), ClaimCommands.Actor))
            {
                File.Delete(beside);
                throw new BridgeStartException($"{made.Count} more claims would be over the {IClaimStore.MaxOpen} that may be open: withdraw some first (claim list, claim withdraw ID), or cut the list. None was made.");
            }

            File.Move(beside, target, overwrite: true);
        }

        int kept = rows.Count - 1 - made.Count;
        await output.WriteLineAsync(flags.Has("json")
            ? JsonSerializer.Serialize(new { file = target, made = made.Count, kept, root_sha256 = authority.RootFingerprint, expires_at = expires.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), expires_at_ms = expires.ToUnixTimeMilliseconds() })
            : string.Create(CultureInfo.InvariantCulture, $"{made.Count} claims were made, each for its terminal, to be used once until {expires:yyyy-MM-dd HH:mm} UTC{(kept > 0 ? $"; {kept} lines had one already" : "")}. They are in {target} (mode 0600).\nNext, where the bridge is reached: devices provision batch --csv {Path.GetFileName(target)} --bridge https://BRIDGE:5443 --out FOLDER"));
        return 0;
    }

    internal static List<string[]> Read(string file)
    {
        try
        {
            if (!File.Exists(file)) throw new BridgeStartException($"There is no list {file}: make one whose first line is 'terminal', or 'terminal,serial,site,place', with a terminal on each line.");
            if (new FileInfo(file).Length > MostBytes) throw new BridgeStartException($"The list {file} is larger than 4 MiB.");
            byte[] bytes = File.ReadAllBytes(file);
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(bytes);
            using CsvReader csv = CsvReader.Create(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes, new CsvReaderOptions { Separator = ',', HasHeader = false, TrimWhitespace = true, MalformedData = CsvMalformedDataHandling.Throw });
            List<string[]> rows = [];
            while (csv.Read())
            {
                string[] fields = [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)];
                if (!Array.TrueForAll(fields, string.IsNullOrWhiteSpace)) rows.Add(fields);
            }

            return rows.Count > 1 ? rows : throw new BridgeStartException($"The list {file} names no terminal: its first line is the header, 'terminal' at least, and each further line a terminal.");
        }
        catch (CsvFormatException fault)
        {
            throw new BridgeStartException($"The list {file} is not CSV from line {fault.LineNumber} on: a quotation mark is missing, or a line is far too long.", fault);
        }
        catch (DecoderFallbackException fault)
        {
            throw new BridgeStartException($"The list {file} is not UTF-8: save it as \"CSV UTF-8\".", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BridgeStartException($"The list {file} cannot be read: {fault.Message}", fault);
        }
    }

    private static void Check(string list, List<string[]> rows, int terminal, int serial)
    {
        List<string> faults = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 1; i < rows.Count; i++)
        {
            string[] fields = rows[i];
            if (fields.Length != rows[0].Length) faults.Add($"line {i + 1} has {fields.Length} fields, the header {rows[0].Length}");
            else if (!PunchRules.IsTerminalName(fields[terminal])) faults.Add($"line {i + 1}: '{fields[terminal]}' is no terminal name: 1 to 32 of a-z, 0-9 and '-'");
            else if (!names.Add(fields[terminal])) faults.Add($"line {i + 1}: '{fields[terminal]}' is there twice");
            else if (serial >= 0 && fields[serial].Length > 0 && !CsrReader.IsBoard(fields[serial])) faults.Add($"line {i + 1}: '{fields[serial]}' is no board's serial number");
        }

        if (faults.Count > 0) throw new BridgeStartException($"The list {list} has {faults.Count} {(faults.Count == 1 ? "fault" : "faults")}, no claim was made: {string.Join("; ", faults.Take(MostFaults))}{(faults.Count > MostFaults ? "; …" : ".")}");
    }

    private static async Task WriteAsync(string file, List<string[]> rows)
    {
        try
        {
            File.Delete(file);
            await using FileStream stream = PrivateFiles.Create(file);
            using (CsvWriter csv = CsvWriter.Create(stream, new CsvWriterOptions { FormatProvider = CultureInfo.InvariantCulture }, leaveOpen: true))
            {
                foreach (string[] fields in rows) csv.WriteRecord(fields);
            }

            stream.Flush(flushToDisk: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BridgeStartException($"The list {file} cannot be written, no claim was made: {fault.Message}", fault);
        }
    }
}

using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Contract.Punches;

namespace Devices.Bridge.Fleet;

/// <summary><c>claim …</c>: makes, lists and withdraws claims beside a running bridge.</summary>
public static class ClaimCommands
{
    /// <summary>Longest life of a claim.</summary>
    public const int MaxHours = 24 * 30;

    private const int Shown = 1000;
    internal const string Actor = "command line";

    /// <exception cref="BridgeStartException">A word or flag is wrong; the message says which.</exception>
    public static Task<int> RunAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        return args switch
        {
            ["list", .. var flags] => ListAsync(flags, output),
            ["withdraw", var id, .. var flags] => WithdrawAsync(id, flags, output),
            [] => MakeAsync(args, output),
            [var first, ..] when first.StartsWith("--", StringComparison.Ordinal) => MakeAsync(args, output),
            _ => throw new BridgeStartException("Say what: claim --data DIR makes one (claim --data DIR --batch FILE.csv one for each line); claim list --data DIR; claim withdraw ID --data DIR."),
        };
    }

    private static async Task<int> MakeAsync(string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("claim", args, ["data", "terminal", "serial", "hours", "batch", "out"], ["json"]);
        if (flags.Has("batch")) return await ClaimBatch.RunAsync(flags, Hours(flags), output);
        if (flags.Has("out")) throw new BridgeStartException("--out goes with --batch only.");
        string? terminal = flags.Value("terminal"), board = flags.Value("serial");
        if (terminal is not null && !PunchRules.IsTerminalName(terminal))
            throw new BridgeStartException($"--terminal '{terminal}' is no terminal name: use 1 to 32 of a-z, 0-9 and '-'.");
        if (board is not null && !CsrReader.IsBoard(board))
            throw new BridgeStartException($"--serial '{(board.Length > 64 ? board[..64] : board)}' is no board's serial number: use 1 to 64 of letters, digits and . _ : -. `devices provision` names the board's.");
        int hours = Hours(flags);
        BridgeOptions options = FleetCommands.DataOf(flags);
        await using SqlDatabase database = StoreSetup.Open(options);
        using CertificateAuthority authority = CertificateAuthority.Open(options.CaDirectory, [], TimeProvider.System);

        string code = ClaimCode.Create();
        _ = ClaimCode.TryHash(code, out byte[] hash);
        DateTimeOffset expires = TimeProvider.System.GetUtcNow().AddHours(hours);
        if (!await new SqlClaimStore(database, TimeProvider.System).MakeAsync(hash, terminal, board, expires.ToUnixTimeMilliseconds(), Actor, null))
            throw new BridgeStartException($"{IClaimStore.MaxOpen} claims are open: withdraw some first (claim list, claim withdraw ID).");

        string claim = ClaimCode.WithRoot(code, authority.RootFingerprint);
        if (flags.Has("json"))
            await output.WriteLineAsync(JsonSerializer.Serialize(new
            {
                claim,
                code,
                root_sha256 = authority.RootFingerprint,
                terminal,
                serial = board,
                expires_at = expires.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                expires_at_ms = expires.ToUnixTimeMilliseconds(),
            }));
        else
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"Claim for {(terminal is null ? "one new terminal" : $"terminal {terminal}")}{(board is null ? "" : $" on board {board}")}, to be used once until {expires:yyyy-MM-dd HH:mm} UTC:\n{claim}\nRoot certificate, SHA-256: {authority.RootFingerprint}"));
        return 0;
    }

    private static async Task<int> ListAsync(string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("claim list", args, ["data"], ["all", "json"]);
        await using SqlDatabase database = FleetCommands.Open(flags);
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        List<ClaimRow> rows = [.. (await new SqlClaimStore(database, TimeProvider.System).ListAsync(SiteScope.All, Shown)).Where(row => flags.Has("all") || row.IsOpen(now))];
        if (flags.Has("json"))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(rows.Select(row => new
            {
                id = row.Id, terminal = row.Terminal, serial = row.Board, state = State(row, now), made_at = row.CreatedAt, made_by = row.MadeBy, expires_at = row.ExpiresAt, used_at = row.UsedAt, used_by = row.UsedBy, withdrawn_at = row.WithdrawnAt, withdrawn_by = row.WithdrawnBy,
            })));
            return 0;
        }

        if (rows.Count == 0) await output.WriteLineAsync(flags.Has("all") ? "No claim was ever made." : "No claim is open.");
        foreach (ClaimRow row in rows)
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{row.Id,6}  {row.Terminal ?? "any new terminal",-32}  {row.Board ?? "any board",-20}  {State(row, now),-9}  until {DateTimeOffset.FromUnixTimeMilliseconds(row.ExpiresAt):yyyy-MM-dd HH:mm} UTC  by {row.MadeBy ?? "unknown"}{(row.UsedBy is null ? "" : $", used by {row.UsedBy}")}"));
        return 0;
    }

    private static async Task<int> WithdrawAsync(string typed, string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("claim withdraw", args, ["data"], ["json"]);
        if (!long.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out long id)) throw new BridgeStartException("Say which by its number: 'claim list' names those that are open.");
        await using SqlDatabase database = FleetCommands.Open(flags);
        if (!await new SqlClaimStore(database, TimeProvider.System).WithdrawAsync(SiteScope.All, id, Actor, null))
            throw new BridgeStartException($"There is no open claim {id}: it was used, withdrawn or has expired ('claim list --all').");
        await output.WriteLineAsync(flags.Has("json") ? JsonSerializer.Serialize(new { id, withdrawn = true }) : $"Claim {id} is withdrawn: nobody can use it any more.");
        return 0;
    }

    private static int Hours(CommandFlags flags) => int.TryParse(flags.Value("hours") ?? "24", NumberStyles.None, CultureInfo.InvariantCulture, out int hours) && hours is >= 1 and <= MaxHours
        ? hours : throw new BridgeStartException($"--hours '{flags.Value("hours")}' must be a whole number from 1 to {MaxHours}.");

    private static string State(ClaimRow row, long now) => row.UsedAt is not null ? "used" : row.WithdrawnAt is not null ? "withdrawn" : row.ExpiresAt <= now ? "expired" : "open";
}

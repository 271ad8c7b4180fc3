namespace Devices.Bridge.Store.Sql;

/// <summary>
/// A scope as SQL. The terms are made of constants and numbered parameters, stand in brackets, and are <c>TRUE</c> for every site, so that
/// they can be put after WHERE or AND anywhere; <see cref="Values"/> goes with them, once a statement.
/// </summary>
internal static class ScopeSql
{
    /// <summary>Whether a column's terminal is in the scope. A terminal that has no row is of the main site.</summary>
    public static string Terminal(this SiteScope scope, string column) => scope.Everything ? "TRUE"
        : scope.Sites.Count == 0 ? "FALSE"
        // Turned round for the main site, which also has what no terminal's row speaks of. Neither form looks at a row of its own for each punch.
        : scope.Holds(SiteScope.MainSite) ? $"({column} NOT IN (SELECT st.name FROM terminals st WHERE COALESCE(st.site, '') NOT IN ({Names(scope)})))"
        : $"({column} IN (SELECT st.name FROM terminals st WHERE st.site IN ({Names(scope)})))";

    /// <summary>Whether a column's person is seen by the scope: was there, is enrolled there, or is assigned.</summary>
    public static string Person(this SiteScope scope, string column) => scope.Everything ? "TRUE"
        : scope.Sites.Count == 0 ? "FALSE"
        : $"""
          (EXISTS (SELECT 1 FROM people_terminals sp WHERE sp.person = {column} AND {scope.Terminal("sp.terminal")})
           OR EXISTS (SELECT 1 FROM people_sites sa WHERE sa.person = {column} AND sa.site IN ({Names(scope)}))
           OR EXISTS (SELECT 1 FROM site_records sr WHERE sr.person = {column} AND sr.site IN ({Names(scope)})))
          """;

    /// <summary>Whether a column's site is in the scope; null is the main site.</summary>
    public static string Site(this SiteScope scope, string column) => scope.Everything ? "TRUE"
        : scope.Sites.Count == 0 ? "FALSE" : $"(COALESCE({column}, '') IN ({Names(scope)}))";

    /// <summary>The parameters of every term.</summary>
    public static (string Name, object? Value)[] Values(this SiteScope scope) => [.. scope.Sites.Select((site, i) => (Name(i), (object?)site))];

    /// <summary>The parameters of every term, and these.</summary>
    public static (string Name, object? Value)[] With(this SiteScope scope, params ReadOnlySpan<(string, object?)> values) => [.. values, .. scope.Values()];

    private static string Names(SiteScope scope) => string.Join(", ", scope.Sites.Select((_, i) => Name(i)));

    private static string Name(int index) => FormattableString.Invariant($"@site{index}");
}

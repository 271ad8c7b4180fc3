using Devices.Bridge.Store;

namespace Devices.Bridge.Exports;

/// <summary>One kind of export: the same rows as the page of the same name.</summary>
public interface IExportSource
{
    /// <summary><c>punches</c>, <c>days</c> or <c>month</c>.</summary>
    string Kind { get; }

    /// <summary>Every column it has, in the usual order.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>Those that are there without a choice.</summary>
    IReadOnlyList<string> Usual { get; }

    /// <summary>The table behind filters as in the page's address.</summary>
    /// <exception cref="ExportRefusedException">The filters cannot be used.</exception>
    Task<ExportTable> OpenAsync(SiteScope scope, string filters, ExportLayout layout, CancellationToken cancellationToken);
}

/// <summary>Whether an account may still export, and of which sites: looked at when its export runs, not when it was asked for.</summary>
public interface IExportOwners
{
    /// <summary>Null where it may not any more.</summary>
    Task<SiteScope?> ScopeAsync(string account, CancellationToken cancellationToken);
}

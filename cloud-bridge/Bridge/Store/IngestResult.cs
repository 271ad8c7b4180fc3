using Devices.Contract.Messages;

namespace Devices.Bridge.Store;

/// <summary>What became of one batch. Complete only after the commit.</summary>
/// <param name="Mark">The durable watermark now, whether or not the batch was taken.</param>
/// <param name="Added">Punches new to the store.</param>
/// <param name="Repeated">Punches that were stored before with the same bytes: success.</param>
/// <param name="Problem">Null where the whole batch is stored; else what was wrong with the first punch that is not.</param>
public sealed record IngestResult(LedgerMark Mark, int Added, int Repeated, Problem? Problem);

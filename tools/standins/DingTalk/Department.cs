namespace Devices.Standins.DingTalk;

/// <summary>A department as <c>topapi/v2/department/listsub</c> names its fields. The root is 1 and always exists.</summary>
public sealed record Department(long DeptId, string Name, long ParentId = Organisation.Root);

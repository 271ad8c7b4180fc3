namespace Devices.Bridge.Store;

/// <summary>Small facts that must outlive the process (last roster pull, delivery stopped, ...). Never secrets.</summary>
public interface ISettingStore
{
    Task<string?> GetSettingAsync(string key, CancellationToken cancellationToken = default);

    Task SetSettingAsync(string key, string value, CancellationToken cancellationToken = default);
}

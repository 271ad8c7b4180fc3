namespace Devices.Edge.Agent.Hosting;

/// <summary>The options as the bridge wishes them, put in place as one: whoever reads two of them may see the change between them, never half of one.</summary>
public sealed class LiveSettings
{
    private volatile AgentOptions? _now;

    /// <summary>Null while the bridge wishes nothing: then the terminal's own configuration holds.</summary>
    public AgentOptions? Now => _now;

    /// <param name="options">Without <see cref="AgentOptions.Live"/> of their own.</param>
    public void Put(AgentOptions? options)
    {
        if (options?.Live is not null) throw new ArgumentException("Options in force do not ask others.", nameof(options));
        _now = options;
    }
}

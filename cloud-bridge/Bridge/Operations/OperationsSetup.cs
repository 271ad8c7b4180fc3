namespace Devices.Bridge.Operations;

/// <summary>Registers what operators watch the bridge by.</summary>
public static class OperationsSetup
{
    public static WebApplicationBuilder AddOperations(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHostedService<ShownCounter>();
        return builder;
    }
}

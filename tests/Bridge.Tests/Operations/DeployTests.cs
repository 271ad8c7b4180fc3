using System.Text.RegularExpressions;
using Devices.Bridge.Operations;
using Devices.Bridge.Tests.Kit;
using k8s;
using k8s.Models;

namespace Devices.Bridge.Tests.Operations;

/// <summary>What is delivered for running the bridge fits the program: manifests read strictly against Kubernetes' own types, unit, container file.</summary>
public sealed partial class DeployTests
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "cloud-bridge", "deploy");

    private static readonly Dictionary<string, Type> Kinds = new()
    {
        ["v1/ConfigMap"] = typeof(V1ConfigMap), ["v1/Secret"] = typeof(V1Secret), ["v1/ServiceAccount"] = typeof(V1ServiceAccount), ["v1/Service"] = typeof(V1Service),
        ["apps/v1/StatefulSet"] = typeof(V1StatefulSet), ["policy/v1/PodDisruptionBudget"] = typeof(V1PodDisruptionBudget), ["networking.k8s.io/v1/NetworkPolicy"] = typeof(V1NetworkPolicy),
    };

    [Fact]
    public void The_manifests_are_what_kubernetes_takes_and_fit_together()
    {
        List<object> all = Load(File.ReadAllText(Path.Combine(Folder, "kubernetes", "bridge.yaml")));
        all.Select(one => one.GetType()).ShouldBe(Kinds.Values, ignoreOrder: true);
        V1StatefulSet set = all.OfType<V1StatefulSet>().Single();
        set.Spec.Replicas.ShouldBe(1, "one bridge at a time on its data");
        V1PodSpec pod = set.Spec.Template.Spec;
        V1Container bridge = pod.Containers.Single();
        IDictionary<string, string> labels = set.Spec.Template.Metadata.Labels;
        foreach (IDictionary<string, string> selector in (IDictionary<string, string>[])[set.Spec.Selector.MatchLabels, all.OfType<V1Service>().Single().Spec.Selector,
            all.OfType<V1PodDisruptionBudget>().Single().Spec.Selector.MatchLabels, all.OfType<V1NetworkPolicy>().Single().Spec.PodSelector.MatchLabels])
            selector.ShouldBeSubsetOf(labels);

        Dictionary<string, int> ports = bridge.Ports.ToDictionary(one => one.Name, one => one.ContainerPort);
        ports.ShouldBe(new Dictionary<string, int> { ["mqtts"] = new MqttOptions().Port, ["https"] = new HttpsOptions().Port }, ignoreOrder: true);
        all.OfType<V1Service>().Single().Spec.Ports.ShouldAllBe(one => ports[one.TargetPort.Value] == one.Port);
        all.OfType<V1NetworkPolicy>().Single().Spec.Ingress.Single().Ports.Select(one => int.Parse(one.Port.Value, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(ports.Values, ignoreOrder: true);
        foreach (V1Probe probe in (V1Probe[])[bridge.StartupProbe, bridge.LivenessProbe, bridge.ReadinessProbe])
        {
            ports.ShouldContainKey(probe.HttpGet.Port.Value);
            probe.HttpGet.Scheme.ShouldBe("HTTPS");
        }

        bridge.LivenessProbe.HttpGet.Path.ShouldBe("/health/live", "a full disk must not restart it");
        bridge.ReadinessProbe.HttpGet.Path.ShouldBe("/health/ready");
        (pod.SecurityContext.RunAsNonRoot, bridge.SecurityContext.ReadOnlyRootFilesystem, bridge.SecurityContext.AllowPrivilegeEscalation).ShouldBe((true, true, false));
        bridge.SecurityContext.Capabilities.Drop.ShouldBe(["ALL"]);
        pod.SecurityContext.SeccompProfile.Type.ShouldBe("RuntimeDefault");
        pod.AutomountServiceAccountToken.ShouldBe(false);
        bridge.Resources.Requests.Keys.ShouldContain("memory");
        bridge.Resources.Limits.Keys.ShouldContain("memory");
        pod.TerminationGracePeriodSeconds!.Value.ShouldBeGreaterThan(45);
        bridge.VolumeMounts.Select(one => one.Name).ShouldBe([.. pod.Volumes.Select(one => one.Name), .. set.Spec.VolumeClaimTemplates.Select(one => one.Metadata.Name)], ignoreOrder: true);
        // The image's user and data directory are the pod's.
        string container = File.ReadAllText(Path.Combine(Folder, "Containerfile"));
        container.ShouldContain($"USER {pod.SecurityContext.RunAsUser}:{pod.SecurityContext.RunAsGroup}");
        container.ShouldContain($"Bridge__Data={bridge.VolumeMounts.Single(one => one.Name == "data").MountPath}");
        all.OfType<V1Secret>().Single().StringData.Values.ShouldAllBe(value => value == "", "no secret is committed");
    }

    [Theory]
    [InlineData("replicas: 1", "replica: 1")]
    [InlineData("readinessProbe:", "readyProbe:")]
    [InlineData("minAvailable: 1", "minAvailible: 1")]
    public void A_field_that_kubernetes_does_not_know_is_found(string right, string wrong) =>
        Should.Throw<Exception>(() => Load(File.ReadAllText(Path.Combine(Folder, "kubernetes", "bridge.yaml")).Replace(right, wrong, StringComparison.Ordinal)));

    [Fact]
    public void Every_setting_in_manifests_unit_and_container_file_exists()
    {
        Dictionary<string, string> named = new(Load(File.ReadAllText(Path.Combine(Folder, "kubernetes", "bridge.yaml"))).OfType<V1ConfigMap>().Single().Data);
        foreach (string file in (string[])["Containerfile", Path.Combine("systemd", "devices-bridge.service")])
            foreach (Match setting in Variable().Matches(File.ReadAllText(Path.Combine(Folder, file)))) named[setting.Groups[1].Value] = setting.Groups[2].Value;
        named.Count.ShouldBeGreaterThanOrEqualTo(8);
        using Kit.TempDirectory directory = new();
        named["Bridge__Data"] = directory.File("data");
        // The secrets' files are mounted where it runs; here others stand in.
        File.WriteAllText(directory.File("secret"), "SECsecret");
        foreach (string key in named.Keys.Where(key => named[key].StartsWith("/etc/devices-bridge/", StringComparison.Ordinal)).ToList()) named[key] = directory.File("secret");
        string[] args = [.. named.Select(one => $"--{one.Key.Replace("__", ":", StringComparison.Ordinal)}={one.Value}")];
        using IDisposable app = (IDisposable)BridgeApplication.Build(args);
        Should.Throw<BridgeStartException>(() => BridgeApplication.Build([.. args, "--Bridge:Health:NoPunchHour=4"])).Message.ShouldContain("There is no setting Bridge:Health:NoPunchHour");
    }

    [Fact]
    public void The_unit_passes_systemds_own_check_where_it_is_installed()
    {
        string unit = File.ReadAllText(Path.Combine(Folder, "systemd", "devices-bridge.service"));
        foreach (string line in (string[])["Type=notify", "WatchdogSec=60", "RestartPreventExitStatus=2", "NoNewPrivileges=true", "ProtectSystem=strict", "StateDirectoryMode=0700", "CapabilityBoundingSet="])
            unit.Split('\n').ShouldContain(line);
        if (!File.Exists("/usr/bin/systemd-analyze")) Assert.Skip("systemd-analyze is not installed here.");
        using Kit.TempDirectory directory = new();
        string file = directory.File("devices-bridge.service");
        // The check also asks whether the program and the account are there: on a machine without them, others stand in.
        File.WriteAllText(file, unit.Replace("/opt/devices-bridge/Devices.Bridge", "/bin/true", StringComparison.Ordinal).Replace("=devices-bridge\n", "=root\n", StringComparison.Ordinal));
        using System.Diagnostics.Process check = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/usr/bin/systemd-analyze", ["verify", "--man=no", file]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        string said = check.StandardError.ReadToEnd() + check.StandardOutput.ReadToEnd();
        check.WaitForExit();
        said.Split('\n').Where(line => line.Contains("devices-bridge", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void The_container_is_not_root_writes_nowhere_else_and_checks_itself()
    {
        string text = File.ReadAllText(Path.Combine(Folder, "Containerfile"));
        text.ShouldContain("FROM debian:12-slim");
        text.ShouldContain("HEALTHCHECK");
        text.ShouldContain("\"health\", \"--url\", \"http://127.0.0.1:5080/health/ready\"");
        text.ShouldContain("STOPSIGNAL SIGTERM");
        Regex.Matches(text, "^USER (.*)$", RegexOptions.Multiline)[^1].Groups[1].Value.ShouldStartWith("1");
    }

    [Fact]
    public async Task The_health_command_tells_by_its_exit_code()
    {
        await using Kit.TestBridge bridge = await Kit.TestBridge.StartAsync();
        using StringWriter output = new();
        (await HealthCommand.RunAsync(["--url", $"{bridge.Http}/health/ready"], output)).ShouldBe(0);
        output.ToString().ShouldContain("\"status\":\"ok\"");
        bridge.Get<Devices.Bridge.Fleet.Listeners>().Ready = false;
        (await HealthCommand.RunAsync(["--url", $"{bridge.Http}/health/ready"], output)).ShouldBe(1);
        (await HealthCommand.RunAsync(["--url", "http://127.0.0.1:1/health/ready"], output)).ShouldBe(1);
        await Should.ThrowAsync<BridgeStartException>(() => HealthCommand.RunAsync(["--url", "here"], output));
    }

    private static List<object> Load(string yaml) => KubernetesYaml.LoadAllFromString(yaml, Kinds, strict: true);

    [GeneratedRegex(@"(Bridge__[A-Za-z_]+)=([^\s\\]*)")]
    private static partial Regex Variable();
}

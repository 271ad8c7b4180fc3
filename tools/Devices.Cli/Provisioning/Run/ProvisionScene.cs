using System.Security.Cryptography.X509Certificates;
using Devices.Cli.App;
using Devices.Cli.Flash.Serial;

namespace Devices.Cli.Provisioning.Run;

/// <summary>What the steps of one run share.</summary>
internal sealed class ProvisionScene(ProvisionPlan plan, ProvisionAnswers answers, StateFolder folder, ProvisionJournal journal, Output output, CliHost host)
{
    public ProvisionPlan Plan { get; } = plan;

    public ProvisionAnswers Answers { get; } = answers;

    public StateFolder Folder { get; } = folder;

    public ProvisionJournal Journal { get; } = journal;

    public Output Output { get; } = output;

    public CliHost Host { get; } = host;

    /// <summary>Whether the run is to give an already provisioned board another identity.</summary>
    public bool Replace { get; init; }

    /// <summary>Cancelled where the technician stops the run; a step's own token also ends with its time.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>A key of an earlier run was used.</summary>
    public bool Resumed { get; set; }

    /// <summary>The bridge was out of reach, and the bundle allows to go on without it.</summary>
    public bool Offline { get; set; }

    /// <summary>The agent's settings were changed under it.</summary>
    public bool Changed { get; set; }

    /// <summary>The board as it says itself.</summary>
    public BoardFacts? Board { get; set; }

    /// <summary>What the MCU said about itself.</summary>
    public string? Mcu { get; set; }

    public string Socket => Path.Combine(Plan.State, "agent.sock");

    /// <summary>The certificate in place; the caller disposes it.</summary>
    public X509Certificate2 Certificate() => X509Certificate2.CreateFromPem(File.ReadAllText(Folder.CertificatePath));

    /// <summary>Opens the MCU's line.</summary>
    public ISerialLine OpenMcu() => SerialPorts.Open(Answers.Mcu!, 115_200);
}

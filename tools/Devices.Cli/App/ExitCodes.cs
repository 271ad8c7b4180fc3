namespace Devices.Cli.App;

/// <summary>Every exit code of <c>devices</c>, in one table. Numbers are stable: scripts depend on them. <c>devices exit-codes</c> prints it.</summary>
public static class ExitCodes
{
    public static readonly ExitCode Ok = new(0, "ok", "Done.", "");
    public static readonly ExitCode Unexpected = new(1, "unexpected", "A fault that this program did not foresee.", "Run the same command with --verbose and report what it shows.");
    public static readonly ExitCode Usage = new(2, "usage", "The command line cannot be understood.", "Run the command with --help to see its flags.");
    public static readonly ExitCode AnswerMissing = new(3, "answer-missing", "A flag is missing and there is no terminal to ask on.", "Give the named flag.");
    public static readonly ExitCode NoPermission = new(4, "no-permission", "A file or folder may not be read or written by this user.", "Run as the user that owns it, or with sudo.");
    public static readonly ExitCode DiskFull = new(5, "disk-full", "There is too little free space.", "Free the named space, or choose another folder.");
    public static readonly ExitCode Busy = new(6, "busy", "Another run of the same command is at work on the same folder.", "Wait for it to end, then run this again.");
    public static readonly ExitCode LibraryMissing = new(7, "library-missing", "The system lacks a library that this needs.", "Install the named package, then run this again.");

    public static readonly ExitCode PackUnknown = new(10, "pack-unknown", "No such model pack.", "Run `devices models list` to see the packs there are.");
    public static readonly ExitCode ManifestRefused = new(11, "manifest-refused", "The pack's manifest is not valid.", "Correct the manifest, or take a pack made for this version.");
    public static readonly ExitCode WrongHash = new(12, "wrong-hash", "A file is not the one that the manifest names.", "Install again; if it repeats, the source was altered: do not use it.");
    public static readonly ExitCode LicenceRefused = new(13, "licence-refused", "The licence of the weights is missing or is not the text that the manifest names.", "Put the licence text beside the manifest, or choose a pack that states it.");
    public static readonly ExitCode NpmMissing = new(14, "npm-missing", "The npm client is not installed.", "Install it (`apt-get install npm`), then run this again.");
    public static readonly ExitCode DownloadFailed = new(15, "download-failed", "A source could not be reached.", "Check the network and its proxy settings, then run this again: it goes on where it stopped.");
    public static readonly ExitCode SourceMissing = new(16, "source-missing", "The source does not hold the file that the manifest names.", "Correct the source in the manifest.");
    public static readonly ExitCode NotInstalled = new(17, "not-installed", "The pack is not installed.", "Run `devices models install default`.");
    public static readonly ExitCode PackIncomplete = new(18, "pack-incomplete", "The installed pack is not complete.", "Run `devices models install` for it again.");

    public static readonly ExitCode ClaimMalformed = new(30, "claim-malformed", "The claim is not CODE@ROOTSHA256HEX.", "Copy the whole claim as the bridge printed it.");
    public static readonly ExitCode AlreadyProvisioned = new(31, "already-provisioned", "The state folder already holds a provisioned terminal.", "Give --replace to make a new identity, or choose another --state.");
    public static readonly ExitCode HalfProvisioned = new(32, "half-provisioned", "Provisioning was begun but not finished.", "Run `devices provision` again with the same --state; it goes on where it stopped.");
    public static readonly ExitCode NotProvisioned = new(33, "not-provisioned", "The state folder holds no terminal.", "Run `devices provision`.");
    public static readonly ExitCode BridgeUnreachable = new(34, "bridge-unreachable", "The bridge does not answer at that address.", "Check the address, the port and the network, then run this again.");
    public static readonly ExitCode BridgeTimeout = new(35, "bridge-timeout", "The bridge took the connection but did not answer in time.", "Look at the bridge's log, then run this again.");
    public static readonly ExitCode WrongRoot = new(36, "wrong-root", "The bridge's root certificate is not the one that the claim names.", "Check that the address is your bridge's; make a new claim there. If both are right, someone sits in between: stop.");
    public static readonly ExitCode WrongBridgeName = new(37, "wrong-bridge-name", "The bridge's certificate carries another name.", "Use a name from the certificate in --bridge, or give --bridge-name, or add the name to Bridge:Names on the bridge.");
    public static readonly ExitCode ClaimRefused = new(38, "claim-refused", "The bridge does not take this claim: unknown, used, expired, or made for another terminal.", "Make a new claim on the bridge (`Devices.Bridge claim`); the key on this board is kept.");
    public static readonly ExitCode BridgeRefused = new(39, "bridge-refused", "The bridge refused the request.", "Read its reason; look at the bridge's log.");
    public static readonly ExitCode BridgeGarbage = new(40, "bridge-garbage", "The answer is not what a bridge sends.", "Check that the port is the bridge's enrolment port (HTTPS, 5443 by default).");
    public static readonly ExitCode CertificateRefused = new(41, "certificate-refused", "The certificate that the bridge returned is not for this board.", "Nothing was installed. Report it to whoever runs the bridge.");
    public static readonly ExitCode ClockWrong = new(42, "clock-wrong", "This board's clock is outside the validity of the bridge's certificate.", "Set the clock (`timedatectl set-time`, or NTP), then run this again.");
    public static readonly ExitCode UplinkFailed = new(43, "uplink-failed", "The board is provisioned, but the bridge's MQTT endpoint did not take its certificate.", "Check --bridge-mqtt and the firewall; the agent goes on trying by itself.");

    public static readonly ExitCode AgentUnreachable = new(50, "agent-unreachable", "The terminal's agent does not answer on its socket.", "Start the agent, and check --agent.");
    public static readonly ExitCode NotAllEnrolled = new(51, "not-all-enrolled", "Somebody could not be enrolled.", "See the list: take better pictures of those named, then enrol them again.");
    public static readonly ExitCode PersonUnknown = new(52, "person-unknown", "The terminal knows no such person.", "Run `devices people` to see who is enrolled.");
    public static readonly ExitCode NothingToEnrol = new(53, "nothing-to-enrol", "No pictures were found.", "Give FOLDER/<userid>/*.jpg, or --person with pictures.");
    public static readonly ExitCode PeopleListRefused = new(54, "people-list-refused", "people.json cannot be used.", "Correct the named entry.");
    public static readonly ExitCode AgentRefused = new(55, "agent-refused", "The agent refused the request or answered something unknown.", "Read its reason; check that agent and tool are of the same version.");
    public static readonly ExitCode ViewsOpen = new(57, "views-open", "As many debug views as the terminal allows are open.", "Close one of them (Ctrl-C where it runs), then run this again.");

    public static readonly ExitCode LedgerMissing = new(60, "ledger-missing", "There is no ledger file there.", "Give the path of ledger.db in the terminal's state folder.");
    public static readonly ExitCode LedgerUnreadable = new(61, "ledger-unreadable", "The file is not a ledger, or it is damaged.", "Keep the file as it is and copy it for analysis; punches that the bridge holds are safe there.");
    public static readonly ExitCode LedgerFaulty = new(62, "ledger-faulty", "The ledger's chain does not hold.", "Keep the file; compare it with the bridge's copy from the named punch on.");

    public static readonly ExitCode TroubleFound = new(70, "trouble-found", "The doctor found at least one fault.", "Follow the remedies shown, top first.");

    public static readonly ExitCode PinMapRefused = new(71, "pin-map-refused", "The pin map is missing, damaged, or cannot be wired.", "Correct the named pin in hardware/pinmap.json.");

    public static readonly ExitCode FontRefused = new(72, "font-refused", "The font file is missing or cannot be drawn from.", "Install fonts-noto-cjk, or give --from with a font that has the named face.");
    public static readonly ExitCode PortTaken = new(73, "port-taken", "The port is taken by another program.", "Choose another with --port; 0 takes any free one.");
    public static readonly ExitCode TerminalUnknown = new(74, "terminal-unknown", "The bridge tells nothing about such a terminal.", "Check the name; the key must reach its site. The bridge's patrol goes round each hour, and at once by 'Check now' on its page 'Patrol': a terminal that came since is not known to it.");
    public static readonly ExitCode NothingToMeasure = new(80, "nothing-to-measure", "There are no pictures to measure with.", "Give a folder with one sub-folder a person: person/picture.jpg.");
    public static readonly ExitCode TooFewToCalibrate = new(81, "too-few-to-calibrate", "The pictures are too few for a calibration.", "Add people, or keep the pack's own calibration.");

    public static readonly ExitCode BackupRefused = new(85, "backup-refused", "The bridge's backup cannot be made, is not sound, or has no place to go.", "Do what the message says; nothing was changed.");

    public static readonly ExitCode SerialMissing = new(90, "serial-missing", "There is no such serial port, or nobody listens there.", "Plug the board in with a cable that carries data; `devices flash ports` shows what there is.");
    public static readonly ExitCode SerialBusy = new(91, "serial-busy", "Another program holds the serial port.", "Close the serial monitor or the other run, then run this again.");
    public static readonly ExitCode SerialDenied = new(92, "serial-denied", "This user may not open the serial port.", "Add the user to the group dialout (`sudo usermod -aG dialout $USER`) and log in again.");
    public static readonly ExitCode SerialLost = new(93, "serial-lost", "The serial line broke while it was in use.", "Check cable and power, then run the same command again: what is written and proved is not written again.");
    public static readonly ExitCode SerialUnsupported = new(94, "serial-unsupported", "The port cannot do what flashing needs.", "Use a USB serial adapter or an RFC 2217 server.");
    public static readonly ExitCode BoardSilent = new(95, "board-silent", "The chip's loader does not answer.", "Check cable, power and that nothing else drives IO0; hold BOOT while pressing RESET, then run this again.");
    public static readonly ExitCode ChipUnsupported = new(96, "chip-unsupported", "This chip is not one that the terminal's firmware is for.", "Use an ESP32, ESP32-S3 or ESP32-C3 board; see hardware/README.md.");
    public static readonly ExitCode ImageRefused = new(97, "image-refused", "What is to be written does not fit the board, or is damaged. Nothing was erased.", "Take the named file again, for this chip and flash size.");
    public static readonly ExitCode BoardClosed = new(98, "board-closed", "The chip is closed by its eFuses.", "Use a board that is open, or the signing and encryption tools of whoever closed it.");
    public static readonly ExitCode FlashUnknown = new(99, "flash-unknown", "The size of the board's flash is not known.", "Give --flash-size, as printed on the module (N8 is 8 MiB).");
    public static readonly ExitCode FlashFailed = new(100, "flash-failed", "The flash was not written or not read right.", "Run the same command again, slower (--baud 115200); if it repeats, the cable or the board is faulty.");
    public static readonly ExitCode FlashDiffers = new(101, "flash-differs", "The flash does not hold these files.", "Write them with `devices flash write`.");
    public static readonly ExitCode NotAllBoards = new(102, "not-all-boards", "At least one of several boards did not go well.", "See each board's line; run the same command again for those.");

    public static readonly ExitCode ImprovSilent = new(110, "improv-silent", "The board does not answer, or stopped answering.", "Check the cable and that the board runs the terminal's firmware (`devices flash info`), press RESET, then run this again.");
    public static readonly ExitCode ImprovGarbage = new(111, "improv-garbage", "The board's answer is not what Improv says.", "Flash the terminal's firmware; another program may be on the board.");
    public static readonly ExitCode WifiRefused = new(112, "wifi-refused", "The board does not take these settings.", "Read its reason.");
    public static readonly ExitCode WifiNotJoined = new(113, "wifi-not-joined", "The board could not join the network.", "Check name and password, and that the network is on 2.4 GHz and near enough (`devices wifi scan`), then run this again.");
    public static readonly ExitCode WifiAlready = new(114, "wifi-already", "The board has joined a network already.", "Give --replace to give it another.");
    public static readonly ExitCode WifiBusy = new(115, "wifi-busy", "The board is joining a network at this moment.", "Wait half a minute, then run this again.");

    public static readonly ExitCode StepTimeout = new(116, "step-timeout", "A step of provisioning did not end within its time limit.", "Look at the side that the message names, then run `devices provision` again: it goes on at this step.");
    public static readonly ExitCode BoardUnfit = new(117, "board-unfit", "This board cannot be a terminal.", "Use a 64-bit board with a 64-bit system; see hardware/README.md.");
    public static readonly ExitCode CameraPoor = new(118, "camera-poor", "The camera's picture is not good enough to recognise people.", "Correct light, lens or mount while `devices view` shows the picture, then run this again; --camera-check skip leaves the check out.");
    public static readonly ExitCode SelfTestUnseen = new(119, "self-test-unseen", "The bridge has not seen the self-test.", "Run `devices doctor`: it goes the way to the bridge step by step. Punches are kept meanwhile.");
    public static readonly ExitCode McuRefused = new(120, "mcu-refused", "The MCU does not take its settings.", "Read its reason. Settings that work are replaced only while the terminal's case is open.");
    public static readonly ExitCode OtherAnswers = new(121, "other-answers", "A provisioning that was begun here has other answers.", "Leave out the named flag to go on with what was begun, or give --anew to begin again.");
    public static readonly ExitCode BundleRefused = new(122, "bundle-refused", "The sealed bundle cannot be used on this board.", "Read the reason; make another bundle at the office with `devices provision bundle`.");
    public static readonly ExitCode ListRefused = new(123, "list-refused", "The list of boards has faults. Nothing was begun.", "Correct the named lines, then run this again.");
    public static readonly ExitCode NotAllProvisioned = new(124, "not-all-provisioned", "At least one board of the list did not go well.", "See the result list; the same command again does only what is missing.");
    public static readonly ExitCode CertificateOpen = new(125, "certificate-open", "The terminal works and keeps its punches, but has no certificate yet: the bridge was not reached.", "Nothing is lost. `devices provision --finish` fetches it when the bridge is reached; the timer devices-provision-finish does so by itself.");
    public static readonly ExitCode LabelRefused = new(126, "label-refused", "The label cannot be made.", "Shorten the named text.");
    public static readonly ExitCode ReleaseMissing = new(140, "release-missing", "The folder holds no release repository.", "Give the folder that `devices release init` made.");
    public static readonly ExitCode ReleaseExists = new(141, "release-exists", "A release repository or key file is there already.", "Choose another folder; keys are never overwritten.");
    public static readonly ExitCode ReleaseDamaged = new(142, "release-damaged", "The release repository is not sound.", "Take the named file from a copy; do not sign anything before.");
    public static readonly ExitCode ReleaseKeyUnreadable = new(143, "release-key-unreadable", "A key file cannot be opened.", "Check the file and its password.");
    public static readonly ExitCode ReleaseKeyUseless = new(144, "release-key-useless", "The key counts for nothing that waits for signatures.", "Run `devices release show` to see which keys count, and for what.");
    public static readonly ExitCode ReleaseIncomplete = new(145, "release-incomplete", "Too few have signed yet.", "Have the others sign too: `devices release sign DIR --key FILE`.");
    public static readonly ExitCode ReleasePackageRefused = new(146, "release-package-refused", "The package cannot be made or published.", "Correct what the message names.");
    public static readonly ExitCode ReleaseVersionTaken = new(147, "release-version-taken", "A package of that version was published already.", "Give it another --version.");
    public static readonly ExitCode ReleaseRootRefused = new(148, "release-root-refused", "The next root would not work.", "Correct keys or thresholds.");

    public static readonly ExitCode TpmUnusable = new(150, "tpm-unusable", "The board's TPM cannot be used.", "Read its reason; `devices doctor` looks at the TPM. `--tpm none` keeps the keys in files of mode 0600 instead.");

    public static readonly ExitCode Interrupted = new(130, "interrupted", "Stopped before the end, by Ctrl-C or a signal.", "Run the same command again: it goes on where it stopped.");

    /// <summary>The whole table, by number.</summary>
    public static IReadOnlyList<ExitCode> All { get; } =
    [
        Ok, Unexpected, Usage, AnswerMissing, NoPermission, DiskFull, Busy, LibraryMissing,
        PackUnknown, ManifestRefused, WrongHash, LicenceRefused, NpmMissing, DownloadFailed, SourceMissing, NotInstalled, PackIncomplete,
        ClaimMalformed, AlreadyProvisioned, HalfProvisioned, NotProvisioned, BridgeUnreachable, BridgeTimeout, WrongRoot, WrongBridgeName,
        ClaimRefused, BridgeRefused, BridgeGarbage, CertificateRefused, ClockWrong, UplinkFailed,
        AgentUnreachable, NotAllEnrolled, PersonUnknown, NothingToEnrol, PeopleListRefused, AgentRefused, ViewsOpen,
        LedgerMissing, LedgerUnreadable, LedgerFaulty, TroubleFound, PinMapRefused, FontRefused, PortTaken, TerminalUnknown, NothingToMeasure, TooFewToCalibrate, BackupRefused,
        SerialMissing, SerialBusy, SerialDenied, SerialLost, SerialUnsupported, BoardSilent, ChipUnsupported, ImageRefused, BoardClosed, FlashUnknown, FlashFailed, FlashDiffers, NotAllBoards,
        ImprovSilent, ImprovGarbage, WifiRefused, WifiNotJoined, WifiAlready, WifiBusy,
        StepTimeout, BoardUnfit, CameraPoor, SelfTestUnseen, McuRefused, OtherAnswers, BundleRefused, ListRefused, NotAllProvisioned, CertificateOpen, LabelRefused,
        ReleaseMissing, ReleaseExists, ReleaseDamaged, ReleaseKeyUnreadable, ReleaseKeyUseless, ReleaseIncomplete, ReleasePackageRefused, ReleaseVersionTaken, ReleaseRootRefused,
        TpmUnusable,
        Interrupted,
    ];
}

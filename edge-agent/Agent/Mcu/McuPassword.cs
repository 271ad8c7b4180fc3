using System.Security.Cryptography;
using System.Text;
using Devices.Edge.Agent.Secrets;

namespace Devices.Edge.Agent.Mcu;

/// <summary>The password between MCU and board: 128 random bits, made at the first start, kept in a file of mode 0600; provisioning copies it to the MCU.</summary>
public static class McuPassword
{
    public static string ReadOrCreate(string file) =>
        Encoding.UTF8.GetString(SecretFile.ReadOrCreate(
            file, () => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) + "\n"), "the MCU's password")).Trim();
}

using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;

namespace Devices.Bridge.Fleet;

/// <summary>Password hashes (ASP.NET Core Identity's PBKDF2 format, which carries its own parameters) and one-time passwords.</summary>
public static class Passwords
{
    // No look-alikes: these are read off a screen.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
    private static readonly PasswordHasher<string> Hasher = new();

    public static string Hash(string password) => Hasher.HashPassword("", password);

    public static bool Verify(string hash, string password) => Hasher.VerifyHashedPassword("", hash, password) != PasswordVerificationResult.Failed;

    /// <summary>A new one-time password, 16 characters, about 79 random bits.</summary>
    public static string NewOneTime() => string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Alphabet, 4)));
}

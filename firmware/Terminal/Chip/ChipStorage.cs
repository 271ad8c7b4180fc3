using System;
using System.IO;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Chip;

/// <summary>Files on the internal littlefs drive. littlefs commits a file's new content when it is closed, so a closed file is durable.</summary>
internal sealed class ChipStorage : IStorage
{
    private const string Root = "I:\\";

    private readonly ISystem _system;

    public ChipStorage(ISystem system)
    {
        _system = system;
    }

    public bool Exists(string name)
    {
        return File.Exists(Root + name);
    }

    public byte[]? Read(string name)
    {
        try
        {
            return File.Exists(Root + name) ? File.ReadAllBytes(Root + name) : null;
        }
        catch (Exception e)
        {
            Failed(name, e);
            return null;
        }
    }

    public bool Append(string name, byte[] data, int length)
    {
        return Put(name, FileMode.Append, data, length);
    }

    public bool Write(string name, byte[] data, int length)
    {
        return Put(name, FileMode.Create, data, length);
    }

    public bool Rename(string from, string to)
    {
        try
        {
            File.Move(Root + from, Root + to);
            return true;
        }
        catch (Exception e)
        {
            return Failed(from, e);
        }
    }

    public bool Delete(string name)
    {
        try
        {
            if (File.Exists(Root + name))
            {
                File.Delete(Root + name);
            }

            return true;
        }
        catch (Exception e)
        {
            return Failed(name, e);
        }
    }

    private bool Put(string name, FileMode mode, byte[] data, int length)
    {
        try
        {
            using (FileStream stream = File.Open(Root + name, mode, FileAccess.Write))
            {
                stream.Write(data, 0, length);
                stream.Flush();
            }

            return true;
        }
        catch (Exception e)
        {
            return Failed(name, e);
        }
    }

    private bool Failed(string name, Exception e)
    {
        _system.Log("The file '" + name + "' on the chip's flash could not be used: " + e.Message);
        return false;
    }
}

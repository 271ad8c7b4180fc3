namespace Devices.Link;

/// <summary>The field rules, in one place so that the writer never makes what the reader refuses.</summary>
public static class LinkRules
{
    /// <summary>1 to <paramref name="max"/> characters of <c>a-z0-9-</c>.</summary>
    public static bool IsId(string value, int max)
    {
        if (value.Length == 0 || value.Length > max)
        {
            return false;
        }

        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>4 to 10 whole bytes as upper-case hex.</summary>
    public static bool IsUid(string value)
    {
        if (value.Length < LinkLimits.MinUidHex || value.Length > LinkLimits.MaxUidHex || value.Length % 2 != 0)
        {
            return false;
        }

        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F')))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>1 to <paramref name="max"/> digits.</summary>
    public static bool IsDigits(string value, int max)
    {
        if (value.Length == 0 || value.Length > max)
        {
            return false;
        }

        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] < '0' || value[i] > '9')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Cuts a display text to <paramref name="max"/> characters without splitting a surrogate pair.</summary>
    public static string Clip(string value, int max)
    {
        if (value.Length <= max)
        {
            return value;
        }

        int keep = max - 1;
        if (keep > 0 && value[keep - 1] >= 0xD800 && value[keep - 1] <= 0xDBFF)
        {
            keep--;
        }

        string head = value.Substring(0, keep);
        return head + "\u2026";
    }
}

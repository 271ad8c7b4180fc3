namespace Devices.Standins.Camera;

/// <summary>
/// Cuts a stream of JPEGs that follow each other without framing, by walking their markers (ITU-T T.81, annex B):
/// segments by their length, entropy-coded data up to a marker that is neither stuffing nor a restart.
/// </summary>
internal sealed class JpegSplitter(Stream stream)
{
    private readonly byte[] _input = new byte[64 * 1024];
    private readonly List<byte> _frame = [];
    private int _at;
    private int _end;

    /// <summary>The next whole JPEG, or null at the end of the stream. Bytes between pictures are skipped.</summary>
    /// <exception cref="InvalidDataException">The stream ends or breaks inside a picture.</exception>
    public async ValueTask<byte[]?> NextAsync(CancellationToken cancellationToken)
    {
        _frame.Clear();
        for (var previous = 0; ;)
        {
            var next = await ByteAsync(cancellationToken);
            if (next < 0)
            {
                return null;
            }

            if (previous == 0xFF && next == 0xD8)
            {
                break;
            }

            previous = next;
        }

        _frame.AddRange([0xFF, 0xD8]);
        var marker = await MarkerAsync(cancellationToken);
        while (marker != 0xD9)
        {
            // TEM and RST stand alone; every other marker has a segment whose length includes its two bytes.
            if (marker is not 0x01 and not (>= 0xD0 and <= 0xD7))
            {
                var length = (await KeepAsync(cancellationToken) << 8) | await KeepAsync(cancellationToken);
                for (var i = 2; i < length; i++)
                {
                    await KeepAsync(cancellationToken);
                }
            }

            marker = marker == 0xDA ? await SkipScanAsync(cancellationToken) : await MarkerAsync(cancellationToken);
        }

        return [.. _frame];
    }

    private async ValueTask<int> SkipScanAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            while (await KeepAsync(cancellationToken) != 0xFF)
            {
            }

            int next;
            do
            {
                next = await KeepAsync(cancellationToken);
            }
            while (next == 0xFF);

            if (next is not 0 and not (>= 0xD0 and <= 0xD7))
            {
                return next;
            }
        }
    }

    private async ValueTask<int> MarkerAsync(CancellationToken cancellationToken)
    {
        if (await KeepAsync(cancellationToken) != 0xFF)
        {
            throw new InvalidDataException("A JPEG breaks off: a marker was expected.");
        }

        int marker;
        do
        {
            marker = await KeepAsync(cancellationToken);
        }
        while (marker == 0xFF);
        return marker;
    }

    private async ValueTask<int> KeepAsync(CancellationToken cancellationToken)
    {
        var next = await ByteAsync(cancellationToken);
        if (next < 0)
        {
            throw new InvalidDataException("A JPEG breaks off: the stream ended inside it.");
        }

        _frame.Add((byte)next);
        return next;
    }

    private async ValueTask<int> ByteAsync(CancellationToken cancellationToken)
    {
        if (_at == _end)
        {
            (_at, _end) = (0, await stream.ReadAsync(_input, cancellationToken));
            if (_end == 0)
            {
                return -1;
            }
        }

        return _input[_at++];
    }
}

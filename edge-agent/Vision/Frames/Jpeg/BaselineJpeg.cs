namespace Devices.Edge.Vision.Frames.Jpeg;

/// <summary>
/// JPEG pictures as cameras make them (<see cref="JpegHeader"/>) to RGB, in managed code: bounds cannot be left, nothing is
/// allocated from picture to picture, and the pixels equal libjpeg-turbo's to the last bit (tests compare them). What is not such a
/// picture, or is damaged anywhere, is refused without a word: the general decoder then reads it, or says what is wrong. One
/// thread at a time; <see cref="Rent"/> hands out instances.
/// </summary>
internal sealed class BaselineJpeg
{
    // Larger scratch memory than a camera's picture needs is not kept.
    private const int Kept = 24 * 1024 * 1024;

    private static BaselineJpeg? _spare;

    private readonly JpegHeader _header = new();
    private readonly byte[][] _planes = [[], [], []];
    private readonly int[] _strides = new int[3];
    private readonly int[] _means = new int[3];
    private byte[] _coded = [];
    private byte[] _blue = [];
    private byte[] _red = [];
    private ushort[] _blueSums = [];
    private ushort[] _redSums = [];

    internal int Width => _header.Width;

    internal int Height => _header.Height;

    internal static BaselineJpeg Rent() => Interlocked.Exchange(ref _spare, null) ?? new BaselineJpeg();

    internal static void Return(BaselineJpeg decoder)
    {
        if (decoder._coded.Length + decoder._planes[0].Length + decoder._planes[1].Length + decoder._planes[2].Length <= Kept)
        {
            Volatile.Write(ref _spare, decoder);
        }
    }

    /// <summary>Whether it is a picture for this decoder; then <see cref="Width"/> and <see cref="Height"/> are known.</summary>
    internal bool Open(ReadOnlySpan<byte> data) => _header.Read(data) && _header.Width <= RgbFrame.MaximumSide && _header.Height <= RgbFrame.MaximumSide && (_header.Components == 1 || _header.Across == 1 || (_header.Width + 1) / 2 > 2);

    /// <summary>
    /// Decodes what <see cref="Open"/> found. A scale of 8 gives all pixels; 4, 2 and 1 give so many for eight: from the
    /// block's lowest frequencies, or only its mean.
    /// </summary>
    /// <param name="target">Packed RGB of the scaled size (<see cref="Scaled"/>).</param>
    internal bool Decode(ReadOnlySpan<byte> data, int scale, Span<byte> target)
    {
        var h = _header;
        var across = (h.Width + (8 * h.Across) - 1) / (8 * h.Across);
        var down = (h.Height + (8 * h.Down) - 1) / (8 * h.Down);
        for (var c = 0; c < h.Components; c++)
        {
            var (x, y) = c == 0 ? (h.Across, h.Down) : (1, 1);
            _strides[c] = across * x * scale;
            var wanted = (_strides[c] * down * y * scale) + 16;
            if (_planes[c].Length < wanted)
            {
                _planes[c] = new byte[wanted];
            }
        }

        if (!Blocks(data[h.Start..], scale, across, down))
        {
            return false;
        }

        Rows(scale, target);
        return true;
    }

    /// <summary>Pixels of a side of so many, at so many for eight.</summary>
    internal static int Scaled(int side, int scale) => ((side * scale) + 7) / 8;

    private bool Blocks(ReadOnlySpan<byte> data, int scale, int across, int down)
    {
        var h = _header;
        var total = across * down;
        var interval = h.Restart == 0 ? total : h.Restart;
        Span<int> block = stackalloc int[64];
        block.Clear();
        for (var (mcu, restart) = (0, 0); mcu < total; restart++)
        {
            var length = Unstuff(data, out var next, out var marker);
            if (length < 0)
            {
                return false;
            }

            var bits = new CodedBits(_coded.AsSpan(0, length + CodedBits.Padding));
            Array.Clear(_means);
            var end = Math.Min(total, mcu + interval);
            for (; mcu < end; mcu++)
            {
                if (!Mcu(ref bits, mcu % across, mcu / across, scale, block) || bits.IsBeyond)
                {
                    return false;
                }
            }

            // Bytes that belong to no block, or a marker out of turn, are damage.
            if (bits.Left > 1 || (mcu < total ? marker != 0xD0 + (restart & 7) : marker != 0xD9))
            {
                return false;
            }

            data = data[next..];
        }

        return true;
    }

    private bool Mcu(ref CodedBits bits, int x, int y, int scale, scoped Span<int> block)
    {
        var h = _header;
        for (var c = 0; c < h.Components; c++)
        {
            var (wide, high) = c == 0 ? (h.Across, h.Down) : (1, 1);
            var (dc, ac, quantiser) = (h.Dc[h.DcOf[c]], h.Ac[h.AcOf[c]], h.Quantisers[h.QuantiserOf[c]]);
            for (var j = 0; j < high; j++)
            {
                for (var i = 0; i < wide; i++)
                {
                    var last = bits.Block(dc, ac, quantiser, ref _means[c], block);
                    if (last < 0)
                    {
                        return false;
                    }

                    var to = _planes[c].AsSpan((((y * high) + j) * scale * _strides[c]) + (((x * wide) + i) * scale));
                    if (scale == 8)
                    {
                        if (last == 0)
                        {
                            InverseDct.Flat(block[0], to, _strides[c]);
                        }
                        else
                        {
                            InverseDct.Whole(block, to, _strides[c]);
                        }
                    }
                    else
                    {
                        ReducedDct.Transform(block, last == 0, scale, to, _strides[c]);
                    }

                    if (last > 0)
                    {
                        block.Clear();
                    }
                }
            }
        }

        return true;
    }

    // The bytes up to the next marker, without the zeros that follow a data byte of FF.
    private int Unstuff(ReadOnlySpan<byte> data, out int next, out int marker)
    {
        (next, marker) = (data.Length, -1);
        if (_coded.Length < data.Length + CodedBits.Padding)
        {
            _coded = new byte[data.Length + (data.Length / 2) + CodedBits.Padding];
        }

        var (at, length) = (0, 0);
        while (true)
        {
            var run = data[at..].IndexOf((byte)0xFF);
            if (run < 0 || at + run + 1 >= data.Length)
            {
                return -1;
            }

            data.Slice(at, run).CopyTo(_coded.AsSpan(length));
            length += run;
            at += run + 2;
            var second = data[at - 1];
            if (second == 0)
            {
                _coded[length++] = 0xFF;
            }
            else if (second == 0xFF)
            {
                // Fill before a marker.
                at--;
            }
            else
            {
                (next, marker) = (at, second);
                _coded.AsSpan(length, CodedBits.Padding).Clear();
                return length;
            }
        }
    }

    private void Rows(int scale, Span<byte> target)
    {
        var h = _header;
        var (width, height) = (Scaled(h.Width, scale), Scaled(h.Height, scale));
        var (chromaWidth, chromaHeight) = (Scaled((h.Width + h.Across - 1) / h.Across, scale), Scaled((h.Height + h.Down - 1) / h.Down, scale));
        if (_blue.Length < (chromaWidth * 2) + 16)
        {
            (_blue, _red) = (new byte[(chromaWidth * 2) + 16], new byte[(chromaWidth * 2) + 16]);
            (_blueSums, _redSums) = (new ushort[chromaWidth + 16], new ushort[chromaWidth + 16]);
        }

        for (var y = 0; y < height; y++)
        {
            var luma = _planes[0].AsSpan(y * _strides[0], width + 8);
            var rgb = target.Slice(y * width * 3, width * 3);
            if (h.Components == 1)
            {
                ColourRows.GreyToRgb(luma, rgb);
            }
            else if (h.Across == 1)
            {
                ColourRows.ToRgb(luma, Plane(1, y), Plane(2, y), rgb);
            }
            else
            {
                // Luma's row y lies a quarter of a chroma row from its own chroma row, towards the one before or after.
                var near = h.Down == 2 ? y / 2 : y;
                var far = h.Down == 1 ? near : Math.Clamp(y % 2 == 0 ? near - 1 : near + 1, 0, chromaHeight - 1);
                Widen(1, near, far, chromaWidth, _blueSums, _blue);
                Widen(2, near, far, chromaWidth, _redSums, _red);
                ColourRows.ToRgb(luma, _blue, _red, rgb);
            }
        }

        ReadOnlySpan<byte> Plane(int c, int y) => _planes[c].AsSpan(y * _strides[c], width + 8);
    }

    private void Widen(int c, int near, int far, int count, ushort[] sums, byte[] to)
    {
        var row = _planes[c].AsSpan(near * _strides[c], count);
        if (_header.Down == 2)
        {
            ColourRows.Mix(row, _planes[c].AsSpan(far * _strides[c], count), sums);
            ColourRows.Widen(sums, count, to);
            return;
        }

        ColourRows.Widen(row, to);
    }
}

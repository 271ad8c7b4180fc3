using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text;

namespace Devices.Firmware.Tests.Il;

/// <summary>
/// How large nanoFramework's .pe of an assembly will be, from the sizes of its records (nf-interpreter, nanoCLR_Types.h: CLR_RECORD_*): each
/// table's rows, the texts once each with their zero, the signatures once each, and the IL with tokens of two bytes in place of four. Not the
/// metadata processor itself, which is not to be had everywhere; held against mscorlib, whose package carries both files.
/// </summary>
public static class PeEstimate
{
    private const int Header = 124;

    /// <summary>Bytes of IL alone, and of the whole file.</summary>
    public static (int Il, int Pe) Of(string path)
    {
        using PEReader pe = new(File.OpenRead(path));
        MetadataReader md = pe.GetMetadataReader();
        HashSet<string> texts = [];
        HashSet<string> signatures = [];
        int il = 0, code = 0, rows = 0;
        void Text(StringHandle handle) => texts.Add(md.GetString(handle));
        void Signature(BlobHandle handle) => signatures.Add(Convert.ToHexString(md.GetBlobBytes(handle)));

        rows += 12 * md.AssemblyReferences.Count;
        foreach (AssemblyReferenceHandle handle in md.AssemblyReferences) Text(md.GetAssemblyReference(handle).Name);
        rows += 8 * md.TypeReferences.Count;
        foreach (TypeReferenceHandle handle in md.TypeReferences)
        {
            Text(md.GetTypeReference(handle).Name);
            Text(md.GetTypeReference(handle).Namespace);
        }

        foreach (MemberReferenceHandle handle in md.MemberReferences)
        {
            rows += 8;
            Text(md.GetMemberReference(handle).Name);
            Signature(md.GetMemberReference(handle).Signature);
        }

        foreach (TypeDefinitionHandle handle in md.TypeDefinitions)
        {
            TypeDefinition type = md.GetTypeDefinition(handle);
            rows += 24;
            Text(type.Name);
            Text(type.Namespace);
            foreach (FieldDefinitionHandle field in type.GetFields())
            {
                // Constants are compiled into those who use them and have no row.
                if (md.GetFieldDefinition(field).Attributes.HasFlag(FieldAttributes.Literal)) continue;
                rows += 8;
                Text(md.GetFieldDefinition(field).Name);
                Signature(md.GetFieldDefinition(field).Signature);
                int rva = md.GetFieldDefinition(field).GetRelativeVirtualAddress();
                if (rva > 0) signatures.Add("data" + rva + new string('0', 2 * DataSize(md, md.GetFieldDefinition(field))));
            }

            foreach (MethodDefinitionHandle method in type.GetMethods())
            {
                MethodDefinition definition = md.GetMethodDefinition(method);
                rows += 16;
                Text(definition.Name);
                Signature(definition.Signature);
                if (definition.RelativeVirtualAddress == 0) continue;
                MethodBodyBlock body = pe.GetMethodBody(definition.RelativeVirtualAddress);
                if (!body.LocalSignature.IsNil) Signature(md.GetStandaloneSignature(body.LocalSignature).Signature);
                il += body.GetILBytes()!.Length;
                code += Code(body, md, texts) + (body.ExceptionRegions.Length * 12) + (body.ExceptionRegions.Length > 0 ? 1 : 0);
            }
        }

        rows += 4 * md.GetTableRowCount(TableIndex.TypeSpec);
        rows += 8 * md.CustomAttributes.Count;
        int text = texts.Sum(t => Encoding.UTF8.GetByteCount(t) + 1), blobs = signatures.Sum(s => s.StartsWith("data", StringComparison.Ordinal) ? s.Count(c => c == '0') / 2 : s.Length / 2);
        return (il, Header + rows + text + blobs + code);
    }

    private static int DataSize(MetadataReader md, FieldDefinition field)
    {
        // Data of an array initialiser has a type of its own whose size is the data's.
        BlobReader signature = md.GetBlobReader(field.Signature);
        signature.ReadByte();
        if (signature.ReadByte() != 0x11) return 8;
        EntityHandle type = signature.ReadTypeHandle();
        return type.Kind == HandleKind.TypeDefinition ? md.GetTypeDefinition((TypeDefinitionHandle)type).GetLayout().Size : 8;
    }

    private static int Code(MethodBodyBlock body, MetadataReader md, HashSet<string> texts)
    {
        BlobReader il = body.GetILReader();
        int size = 0;
        while (il.RemainingBytes > 0)
        {
            ushort value = il.ReadByte();
            if (value == 0xFE) value = (ushort)((value << 8) | il.ReadByte());
            OpCode code = IlRules.Codes[value];
            size += value > 0xFF ? 2 : 1;
            switch (code.OperandType)
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    il.ReadByte();
                    size += 1;
                    break;
                case OperandType.InlineVar:
                    il.ReadInt16();
                    size += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    il.ReadInt64();
                    size += 8;
                    break;
                case OperandType.InlineSwitch:
                    int count = il.ReadInt32();
                    il.Offset += 4 * count;
                    size += 1 + (2 * count);
                    break;
                case OperandType.InlineString:
                    texts.Add(md.GetUserString((UserStringHandle)MetadataTokens.Handle(il.ReadInt32())));
                    size += 2;
                    break;
                case OperandType.InlineI or OperandType.ShortInlineR:
                    il.ReadInt32();
                    size += 4;
                    break;
                default:
                    // Tokens and far branches.
                    il.ReadInt32();
                    size += 2;
                    break;
            }
        }

        return size;
    }
}

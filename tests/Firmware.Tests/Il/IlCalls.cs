using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Devices.Firmware.Tests.Il;

/// <summary>What the methods of an assembly call in other assemblies.</summary>
internal static class IlCalls
{
    /// <summary>Calling type, called type, called method, number of arguments.</summary>
    public static IReadOnlyList<(string Caller, string Type, string Method, int Arguments)> Of(string path)
    {
        using PEReader pe = new(File.OpenRead(path));
        MetadataReader md = pe.GetMetadataReader();
        List<(string, string, string, int)> calls = [];
        foreach (MethodDefinitionHandle handle in md.MethodDefinitions)
        {
            MethodDefinition method = md.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0) continue;
            string caller = md.GetString(md.GetTypeDefinition(method.GetDeclaringType()).Name);
            BlobReader il = pe.GetMethodBody(method.RelativeVirtualAddress).GetILReader();
            while (il.RemainingBytes > 0)
            {
                ushort value = il.ReadByte();
                if (value == 0xFE) value = (ushort)((value << 8) | il.ReadByte());
                OpCode code = IlRules.Codes[value];
                int token = IlRules.Operand(ref il, code.OperandType);
                if (code.OperandType != OperandType.InlineMethod || MetadataTokens.EntityHandle(token).Kind != HandleKind.MemberReference) continue;
                MemberReference member = md.GetMemberReference((MemberReferenceHandle)MetadataTokens.EntityHandle(token));
                if (member.Parent.Kind != HandleKind.TypeReference) continue;
                BlobReader signature = md.GetBlobReader(member.Signature);
                signature.ReadSignatureHeader();
                calls.Add((caller, md.GetString(md.GetTypeReference((TypeReferenceHandle)member.Parent).Name), md.GetString(member.Name), signature.ReadCompressedInteger()));
            }
        }

        return calls;
    }
}

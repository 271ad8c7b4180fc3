using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Devices.Firmware.Tests.Il;

/// <summary>
/// What compiles and even passes nanoFramework's metadata processor, and then breaks on the chip (measured; see firmware/README.md):
/// generics of any kind, multidimensional arrays, interface methods with a body, localloc, pointers, checked arithmetic (it does not
/// throw there), enum names (ToString gives the number), and types from assemblies that are not deployed.
/// </summary>
public static class IlRules
{
    internal static readonly FrozenDictionary<ushort, OpCode> Codes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToFrozenDictionary(code => (ushort)code.Value);

    private static readonly SignatureRules Signatures = new();

    /// <summary>Every breach in an assembly. <paramref name="allowed"/>: assembly names that it may take types from.</summary>
    public static IReadOnlyList<IlFinding> Check(string path, IReadOnlySet<string> allowed)
    {
        using PEReader pe = new(File.OpenRead(path));
        MetadataReader md = pe.GetMetadataReader();
        List<IlFinding> found = [];
        foreach (TypeDefinitionHandle handle in md.TypeDefinitions)
        {
            Type(pe, md, handle, allowed, found);
        }

        foreach (TypeReferenceHandle handle in md.TypeReferences)
        {
            string assembly = AssemblyOf(md, handle);
            if (!allowed.Contains(assembly))
            {
                found.Add(new IlFinding("foreign type", "", $"{Name(md, handle)} of {assembly}"));
            }
        }

        return found;
    }

    private static void Type(PEReader pe, MetadataReader md, TypeDefinitionHandle handle, IReadOnlySet<string> allowed, List<IlFinding> found)
    {
        TypeDefinition type = md.GetTypeDefinition(handle);
        string name = md.GetString(type.Name);
        if (type.GetGenericParameters().Count > 0)
        {
            found.Add(new IlFinding("generic", name, "type"));
        }

        foreach (FieldDefinitionHandle field in type.GetFields())
        {
            Add(found, md.GetFieldDefinition(field).DecodeSignature(Signatures, null), name, md.GetString(md.GetFieldDefinition(field).Name));
        }

        foreach (InterfaceImplementationHandle implemented in type.GetInterfaceImplementations())
        {
            Add(found, Token(md, md.GetInterfaceImplementation(implemented).Interface), name, "interface");
        }

        if (!type.BaseType.IsNil)
        {
            Add(found, Token(md, type.BaseType), name, "base type");
        }

        foreach (MethodDefinitionHandle methodHandle in type.GetMethods())
        {
            MethodDefinition method = md.GetMethodDefinition(methodHandle);
            string where = md.GetString(method.Name);
            Add(found, method.GetGenericParameters().Count > 0 ? "generic" : SignatureRules.First(method.DecodeSignature(Signatures, null)), name, where);
            if (method.RelativeVirtualAddress == 0)
            {
                continue;
            }

            if (type.Attributes.HasFlag(TypeAttributes.Interface) && where != ".cctor")
            {
                found.Add(new IlFinding("interface body", name, where));
            }

            Body(pe.GetMethodBody(method.RelativeVirtualAddress), md, name, where, allowed, found);
        }
    }

    private static void Body(MethodBodyBlock body, MetadataReader md, string type, string where, IReadOnlySet<string> allowed, List<IlFinding> found)
    {
        if (!body.LocalSignature.IsNil)
        {
            ImmutableArray<string> locals = md.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(Signatures, null);
            foreach (string rule in locals)
            {
                Add(found, rule, type, where + " (local)");
            }
        }

        BlobReader il = body.GetILReader();
        while (il.RemainingBytes > 0)
        {
            ushort value = il.ReadByte();
            if (value == 0xFE)
            {
                value = (ushort)((value << 8) | il.ReadByte());
            }

            OpCode code = Codes[value];
            int token = Operand(ref il, code.OperandType);
            string op = code.Name ?? "";
            if (op == "localloc")
            {
                found.Add(new IlFinding("localloc", type, where));
            }
            else if (op.Contains(".ovf", StringComparison.Ordinal))
            {
                found.Add(new IlFinding("checked", type, $"{where} ({op})"));
            }

            if (token == 0)
            {
                continue;
            }

            EntityHandle handle = MetadataTokens.EntityHandle(token);
            Add(found, Token(md, handle), type, where);
            if (op is "box" or "constrained." && IsEnum(md, handle))
            {
                found.Add(new IlFinding("enum name", type, where));
            }

            string assembly = AssemblyOf(md, handle);
            if (assembly.Length > 0 && !allowed.Contains(assembly))
            {
                found.Add(new IlFinding("foreign type", type, where));
            }
        }
    }

    /// <summary>Skips the operand; returns a metadata token where it is one (not for strings), else 0.</summary>
    internal static int Operand(ref BlobReader il, OperandType kind)
    {
        switch (kind)
        {
            case OperandType.InlineNone:
                return 0;
            case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                il.ReadByte();
                return 0;
            case OperandType.InlineVar:
                il.ReadInt16();
                return 0;
            case OperandType.InlineI8 or OperandType.InlineR:
                il.ReadInt64();
                return 0;
            case OperandType.InlineSwitch:
                int count = il.ReadInt32();
                il.Offset += 4 * count;
                return 0;
            case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType or OperandType.InlineSig:
                return il.ReadInt32();
            default:
                il.ReadInt32();
                return 0;
        }
    }

    private static string Token(MetadataReader md, EntityHandle handle) => handle.Kind switch
    {
        HandleKind.MethodSpecification => "generic",
        HandleKind.TypeSpecification => md.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(Signatures, null),
        HandleKind.StandaloneSignature => "pointer",
        HandleKind.MemberReference => Member(md, md.GetMemberReference((MemberReferenceHandle)handle)),
        _ => "",
    };

    private static string Member(MetadataReader md, MemberReference member)
    {
        string parent = Token(md, member.Parent);
        if (parent.Length > 0)
        {
            return parent;
        }

        return member.GetKind() == MemberReferenceKind.Field
            ? member.DecodeFieldSignature(Signatures, null)
            : SignatureRules.First(member.DecodeMethodSignature(Signatures, null));
    }

    private static bool IsEnum(MetadataReader md, EntityHandle handle)
    {
        if (handle.Kind != HandleKind.TypeDefinition)
        {
            return false;
        }

        EntityHandle parent = md.GetTypeDefinition((TypeDefinitionHandle)handle).BaseType;
        return parent.Kind == HandleKind.TypeReference && Name(md, (TypeReferenceHandle)parent) == "System.Enum";
    }

    private static string AssemblyOf(MetadataReader md, EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.MemberReference:
                return AssemblyOf(md, md.GetMemberReference((MemberReferenceHandle)handle).Parent);
            case HandleKind.AssemblyReference:
                return md.GetString(md.GetAssemblyReference((AssemblyReferenceHandle)handle).Name);
            case HandleKind.TypeReference:
                return AssemblyOf(md, md.GetTypeReference((TypeReferenceHandle)handle).ResolutionScope);
            default:
                return "";
        }
    }

    private static string Name(MetadataReader md, TypeReferenceHandle handle)
    {
        TypeReference type = md.GetTypeReference(handle);
        return md.GetString(type.Namespace) + "." + md.GetString(type.Name);
    }

    private static void Add(List<IlFinding> found, string rule, string type, string where)
    {
        if (rule.Length > 0)
        {
            found.Add(new IlFinding(rule, type, where));
        }
    }
}

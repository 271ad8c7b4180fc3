using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace Devices.Firmware.Tests;

/// <summary>
/// The contract assemblies declare what the real class libraries have and nothing else. The lists of real signatures lie beside the
/// repository on some machines only; elsewhere the committed declarations are the record and this is skipped.
/// </summary>
public sealed partial class ContractSurfaceTests
{
    private static readonly string Lists = Path.Combine(Repo.Root, "..", "shared", "nanoframework-api");

    [Fact]
    public void Every_declared_member_exists_in_the_real_library()
    {
        Assert.SkipUnless(Directory.Exists(Lists), "The signature lists (../shared/nanoframework-api) are not on this machine; the committed declarations stand.");
        string[] projects = [.. Directory.GetDirectories(Path.Combine(Repo.Root, "firmware", "Contracts")).Select(Path.GetFileName).OfType<string>()
            .Where(name => File.Exists(Repo.Built(name, name + ".dll")))];
        projects.Length.ShouldBeGreaterThanOrEqualTo(13, "the firmware's contract assemblies are built with it");
        List<string> strangers = [];
        foreach (string project in projects)
        {
            HashSet<string> real = Parse(Path.Combine(Lists, project + ".dll.txt"));
            strangers.AddRange(Declared(Repo.Built(project, project + ".dll")).Where(member => !real.Contains(member)).Select(member => project + ": " + member));
        }

        strangers.ShouldBeEmpty();
    }

    [Fact]
    public void Every_assembly_the_firmware_uses_has_its_declarations_in_the_repository()
    {
        using PEReader pe = new(File.OpenRead(Repo.Built("Devices.Terminal", "Devices.Terminal.dll")));
        MetadataReader md = pe.GetMetadataReader();
        string[] used = [.. md.AssemblyReferences.Select(handle => md.GetString(md.GetAssemblyReference(handle).Name)).Where(name => name != "mscorlib")];
        used.Length.ShouldBeGreaterThan(8);
        foreach (string name in used)
        {
            File.Exists(Path.Combine(Repo.Root, "firmware", "Contracts", name, name + ".csproj")).ShouldBeTrue(name);
        }
    }

    private static IEnumerable<string> Declared(string path)
    {
        using PEReader pe = new(File.OpenRead(path));
        MetadataReader md = pe.GetMetadataReader();
        List<string> members = [];
        foreach (TypeDefinition type in md.TypeDefinitions.Select(md.GetTypeDefinition))
        {
            TypeAttributes visibility = type.Attributes & TypeAttributes.VisibilityMask;
            if (visibility is not (TypeAttributes.Public or TypeAttributes.NestedPublic))
            {
                continue;
            }

            string name = FullName(md, type);
            string parent = type.BaseType.Kind == HandleKind.TypeReference ? md.GetString(md.GetTypeReference((TypeReferenceHandle)type.BaseType).Name) : "";
            members.AddRange(type.GetFields().Select(md.GetFieldDefinition)
                .Where(field => field.Attributes.HasFlag(FieldAttributes.Public) && !field.Attributes.HasFlag(FieldAttributes.SpecialName))
                .Select(field => parent == "Enum"
                    ? $"{name}|{md.GetString(field.Name)}={md.GetBlobReader(md.GetConstant(field.GetDefaultValue()).Value).ReadInt32()}"
                    : $"{name}|{md.GetString(field.Name)}"));
            members.AddRange(type.GetMethods().Select(md.GetMethodDefinition)
                .Where(method => (method.Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public)
                .Where(method => parent != "MulticastDelegate" || md.GetString(method.Name) == "Invoke")
                .Select(method => Line(md, name, method)));
        }

        return members;
    }

    private static string Line(MetadataReader md, string type, MethodDefinition method)
    {
        MethodSignature<string> signature = method.DecodeSignature(new Names(), null);
        string name = md.GetString(method.Name);
        return name is "get_Item" or "set_Item" ? $"{type}|{name}" : $"{type}|{name}({string.Join(",", signature.ParameterTypes)})";
    }

    private static string FullName(MetadataReader md, TypeDefinition type) => type.GetDeclaringType().IsNil
        ? md.GetString(type.Namespace) + "." + md.GetString(type.Name)
        : FullName(md, md.GetTypeDefinition(type.GetDeclaringType())) + "/" + md.GetString(type.Name);

    /// <summary>A list's lines in the same form as <see cref="Line"/>.</summary>
    private static HashSet<string> Parse(string path)
    {
        HashSet<string> members = [];
        string type = "";
        foreach (string line in File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line[0] != ' ')
            {
                Match head = Head().Match(line);
                type = head.Groups["name"].Value;
                if (head.Groups["kind"].Value == "delegate")
                {
                    members.Add($"{type}|Invoke({Types(line[(line.IndexOf('(', StringComparison.Ordinal) + 1)..^1])})");
                }
                else if (head.Groups["kind"].Value == "enum")
                {
                    members.UnionWith(line[(line.IndexOf(" : ", StringComparison.Ordinal) + 3)..].Split(", ").Select(value => $"{type}|{value}"));
                }

                continue;
            }

            string member = Modifiers().Replace(line.Trim(), "");
            if (member.StartsWith("event ", StringComparison.Ordinal))
            {
                string[] words = member.Split(' ');
                members.Add($"{type}|add_{words[2]}({words[1]})");
                members.Add($"{type}|remove_{words[2]}({words[1]})");
            }
            else if (member.EndsWith('}'))
            {
                string[] words = member.Split(' ');
                string item = words[1] == "Item" ? "" : "()";
                members.Add($"{type}|get_{words[1]}{item}");
                members.Add(words[1] == "Item" ? $"{type}|set_Item" : $"{type}|set_{words[1]}({words[0]})");
            }
            else if (member.EndsWith(')'))
            {
                int open = member.IndexOf('(', StringComparison.Ordinal);
                string name = member[..open].Split(' ')[^1];
                members.Add($"{type}|{(name == "ctor" ? ".ctor" : name)}({Types(member[(open + 1)..^1])})");
            }
            else
            {
                members.Add($"{type}|{member.Split(' ')[1]}");
            }
        }

        return members;
    }

    private static string Types(string parameters) => parameters.Length == 0 ? "" : string.Join(",", parameters.Split(", ")
        .Select(parameter => ByRef().Replace(parameter, "").Split(' ')[0]));

    [GeneratedRegex(@"^(?:static |abstract |sealed )*(?:(?<kind>class|struct|interface|enum)|(?<kind>delegate) \S+) (?<name>[^\s(]+)")]
    private static partial Regex Head();

    [GeneratedRegex("^(?:static |abstract |field |const )+")]
    private static partial Regex Modifiers();

    [GeneratedRegex("^(?:out|ref|params) ")]
    private static partial Regex ByRef();

    private sealed class Names : ISignatureTypeProvider<string, object?>
    {
        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode switch
        {
            PrimitiveTypeCode.Boolean => "bool",
            PrimitiveTypeCode.Byte => "byte",
            PrimitiveTypeCode.SByte => "sbyte",
            PrimitiveTypeCode.Char => "char",
            PrimitiveTypeCode.Int16 => "short",
            PrimitiveTypeCode.UInt16 => "ushort",
            PrimitiveTypeCode.Int32 => "int",
            PrimitiveTypeCode.UInt32 => "uint",
            PrimitiveTypeCode.Int64 => "long",
            PrimitiveTypeCode.UInt64 => "ulong",
            PrimitiveTypeCode.Single => "float",
            PrimitiveTypeCode.Double => "double",
            PrimitiveTypeCode.String => "string",
            PrimitiveTypeCode.Object => "object",
            PrimitiveTypeCode.Void => "void",
            _ => typeCode.ToString(),
        };

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => reader.GetString(reader.GetTypeDefinition(handle).Name);

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => reader.GetString(reader.GetTypeReference(handle).Name);

        public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => "?";

        public string GetSZArrayType(string elementType) => elementType + "[]";

        public string GetArrayType(string elementType, ArrayShape shape) => "?";

        public string GetByReferenceType(string elementType) => elementType;

        public string GetPointerType(string elementType) => "?";

        public string GetPinnedType(string elementType) => "?";

        public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => "?";

        public string GetGenericMethodParameter(object? genericContext, int index) => "?";

        public string GetGenericTypeParameter(object? genericContext, int index) => "?";

        public string GetFunctionPointerType(MethodSignature<string> signature) => "?";

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;
    }
}

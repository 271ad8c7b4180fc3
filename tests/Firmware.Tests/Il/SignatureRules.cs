using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Devices.Firmware.Tests.Il;

/// <summary>Walks a signature and names what the chip cannot take in it: "" for clean.</summary>
internal sealed class SignatureRules : ISignatureTypeProvider<string, object?>
{
    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => "";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => "";

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => "";

    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public string GetSZArrayType(string elementType) => elementType;

    public string GetArrayType(string elementType, ArrayShape shape) => "array";

    public string GetByReferenceType(string elementType) => elementType;

    public string GetPointerType(string elementType) => "pointer";

    public string GetPinnedType(string elementType) => "pointer";

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => "generic";

    public string GetGenericMethodParameter(object? genericContext, int index) => "generic";

    public string GetGenericTypeParameter(object? genericContext, int index) => "generic";

    public string GetFunctionPointerType(MethodSignature<string> signature) => "pointer";

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public static string First(MethodSignature<string> signature) =>
        signature.GenericParameterCount > 0 ? "generic" : new[] { signature.ReturnType }.Concat(signature.ParameterTypes).FirstOrDefault(rule => rule.Length > 0) ?? "";
}

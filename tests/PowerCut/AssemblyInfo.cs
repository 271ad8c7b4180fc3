using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("PowerCut.Tests")]

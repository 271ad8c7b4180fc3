using Devices.Bridge.Tests.Kit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Operations;

/// <summary>What looks again and again: a failed look is said and followed by the next, and the end is quiet.</summary>
public sealed class PeriodicServiceTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task It_looks_rests_says_what_failed_once_a_look_and_goes_on()
    {
        FakeTimeProvider time = new();
        Log log = new();
        using Looks looks = new(time, log);
        await looks.StartAsync(CancellationToken.None);
        await Until.TrueAsync(() => Task.FromResult(looks.Resting), "it rests before the first look");
        looks.Count.ShouldBe(0);
        time.Advance(First);
        await Next(looks, 1);
        looks.Next = () => throw new InvalidOperationException("the disk is full");
        time.Advance(Every);
        await Next(looks, 2);
        // A deadline of the look's own is a failure like another, and not the end.
        looks.Next = () => throw new OperationCanceledException("too slow");
        time.Advance(Every);
        await Next(looks, 3);
        looks.Next = () => TimeSpan.FromSeconds(1);
        time.Advance(Every);
        await Next(looks, 4);
        time.Advance(TimeSpan.FromSeconds(1));
        await Next(looks, 5);
        log.Lines.ShouldBe(["Nothing could be looked at. (the disk is full)", "Nothing could be looked at. (too slow)"]);
        await looks.StopAsync(CancellationToken.None);
        log.Lines.Count.ShouldBe(2, "the end is quiet");
    }

    [Fact]
    public async Task Told_to_stop_in_the_middle_of_a_look_it_says_nothing()
    {
        FakeTimeProvider time = new();
        Log log = new();
        using Looks looks = new(time, log) { Hang = true };
        await looks.StartAsync(CancellationToken.None);
        await Until.TrueAsync(() => Task.FromResult(looks.Resting), "it rests");
        time.Advance(First);
        await Until.TrueAsync(() => Task.FromResult(looks.Count == 1), "it looks");
        await looks.StopAsync(CancellationToken.None);
        log.Lines.ShouldBeEmpty();
        looks.ExecuteTask!.IsCompletedSuccessfully.ShouldBeTrue();
    }

    private static async Task Next(Looks looks, int count) =>
        await Until.TrueAsync(() => Task.FromResult(looks.Count == count && looks.Resting), $"look {count} is over");

    private sealed class Looks(FakeTimeProvider time, ILogger log) : PeriodicService(First, Every, "Nothing could be looked at.", LogLevel.Warning, new Counting(time), log)
    {
        private volatile int _count;

        public int Count => _count;

        /// <summary>The timer of the next look is set.</summary>
        public bool Resting => ((Counting)Clock).Timers == _count + 1;

        public Func<TimeSpan?> Next { get; set; } = () => null;

        public bool Hang { get; init; }

        protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
        {
            _count++;
            if (Hang) await Task.Delay(Timeout.Infinite, cancellationToken);
            return Next();
        }
    }

    private sealed class Counting(FakeTimeProvider inner) : TimeProvider
    {
        private volatile int _timers;

        public int Timers => _timers;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = inner.CreateTimer(callback, state, dueTime, period);
            _timers++;
            return timer;
        }
    }

    private sealed class Log : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning) Lines.Add(formatter(state, null));
        }
    }
}

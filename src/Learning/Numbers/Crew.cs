namespace Busker.Learning.Numbers;

/// <summary>
/// Threads that stay together for one computation of many short steps: handing out a step costs about a microsecond, where a
/// task costs ten. A step is cut the same way whatever the number of threads; who does which piece is left open, and the
/// caller does them all when no other thread is free.
/// </summary>
internal sealed class Crew : IDisposable
{
    private const int Turns = 400;
    private readonly Worker[] _workers;
    private volatile Step? _step;
    private volatile bool _over;

    public Crew(int threads)
    {
        _workers = new Worker[threads - 1];
        for (var w = 0; w < _workers.Length; w++) _workers[w] = new Worker(this, w + 1);
    }

    public int Threads => _workers.Length + 1;

    /// <summary>How many of the threads have fallen asleep for want of a step.</summary>
    public int Asleep => _workers.Count(w => w.Asleep);

    /// <summary>Runs body(piece, worker) for pieces 0 … count − 1; workers are 0 (the caller) … threads − 1.</summary>
    public void For(int count, Action<int, int> body)
    {
        if (_workers.Length == 0 || count <= 1)
        {
            for (var piece = 0; piece < count; piece++) body(piece, 0);
            return;
        }

        var step = new Step(count, body);
        _step = step;
        Interlocked.MemoryBarrier();
        foreach (var worker in _workers) worker.Wake();
        step.Help(0);
        // Never sleeps: a step is shorter than a millisecond.
        var wait = new SpinWait();
        while (step.Busy) wait.SpinOnce(sleep1Threshold: -1);
        step.Failure?.Throw();
    }

    /// <summary>Cuts 0 … length − 1 into pieces of fixed size and runs each as (start, end).</summary>
    public void Ranges(int length, int size, Action<int, int> body)
    {
        var pieces = (int)(((long)length + size - 1) / size);
        For(pieces, (piece, _) => body(piece * size, Math.Min(length, (piece + 1) * size)));
    }

    public void Dispose()
    {
        _over = true;
        Interlocked.MemoryBarrier();
        foreach (var worker in _workers) worker.Wake();
    }

    private sealed class Step(int count, Action<int, int> body)
    {
        private int _next;
        private int _inside;
        private System.Runtime.ExceptionServices.ExceptionDispatchInfo? _failure;

        public bool Busy => Volatile.Read(ref _inside) != 0;
        public System.Runtime.ExceptionServices.ExceptionDispatchInfo? Failure => _failure;

        /// <summary>Whoever takes a piece has come inside before, so nobody inside and no piece left means done.</summary>
        public void Help(int worker)
        {
            Interlocked.Increment(ref _inside);
            try
            {
                for (var piece = Interlocked.Increment(ref _next) - 1; piece < count; piece = Interlocked.Increment(ref _next) - 1) body(piece, worker);
            }
            catch (Exception failure)
            {
                _failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(failure);
                Volatile.Write(ref _next, count);
            }
            finally
            {
                Interlocked.Decrement(ref _inside);
            }
        }
    }

    /// <summary>Looks out for the next step for some ten microseconds, then sleeps until woken.</summary>
    private sealed class Worker
    {
        private readonly Crew _crew;
        private readonly int _number;
        private readonly object _door = new();
        private volatile bool _asleep;

        public Worker(Crew crew, int number)
        {
            (_crew, _number) = (crew, number);
            new Thread(Work) { IsBackground = true, Name = "crew" }.Start();
        }

        public bool Asleep => _asleep;

        public void Wake()
        {
            if (!_asleep) return;
            lock (_door)
            {
                _asleep = false;
                Monitor.Pulse(_door);
            }
        }

        private void Work()
        {
            Step? done = null;
            while (!_crew._over)
            {
                for (var turn = 0; turn < Turns && Idle(done); turn++) Thread.SpinWait(8);
                if (Idle(done)) Sleep(done);
                if (_crew._step is not { } step || step == done) continue;
                step.Help(_number);
                done = step;
            }
        }

        private bool Idle(Step? done) => _crew._step == done && !_crew._over;

        private void Sleep(Step? done)
        {
            lock (_door)
            {
                _asleep = true;
                Interlocked.MemoryBarrier();
                if (!Idle(done)) _asleep = false;
                while (_asleep) Monitor.Wait(_door);
            }
        }
    }
}

package io.microspring.benchmarks;

/**
 * A peer's client that is ready; what it can do is said by {@link AsyncCaller} or
 * {@link BlockingCaller}, and by {@link StreamCaller} if it streams.
 */
public interface Caller extends AutoCloseable {

}

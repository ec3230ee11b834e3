package io.microspring.client;

import java.util.concurrent.CompletableFuture;

import io.microspring.call.Stream;
import io.microspring.message.Metadata;

/**
 * Placeholder.
 */
final class RpcClient implements Client {

	RpcClient(ClientBuilder builder) {
	}

	@Override
	public <T> T call(Request request, Class<T> type, CallOptions options) {
		throw new UnsupportedOperationException();
	}

	@Override
	public <T> CompletableFuture<T> callAsync(Request request, Class<T> type, CallOptions options) {
		throw new UnsupportedOperationException();
	}

	@Override
	public <S, R> Stream<S, R> stream(Request request, Class<R> type, CallOptions options) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void publish(String topic, Object payload, Metadata metadata) {
		throw new UnsupportedOperationException();
	}

	@Override
	public <S> S proxy(String service, Class<S> api) {
		throw new UnsupportedOperationException();
	}

	@Override
	public ClientStats stats() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void close() {
	}

}

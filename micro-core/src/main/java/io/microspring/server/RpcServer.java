package io.microspring.server;

import java.util.List;

import io.microspring.health.HealthReport;
import io.microspring.registry.Service;

/**
 * Placeholder.
 */
final class RpcServer implements Server {

	RpcServer(ServerBuilder builder) {
	}

	@Override
	public Server handle(Handler handler) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Server subscribe(Subscriber subscriber) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void start() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void startSubscribers() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void register() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void deregister() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void stopSubscribers() {
		throw new UnsupportedOperationException();
	}

	@Override
	public String address() {
		throw new UnsupportedOperationException();
	}

	@Override
	public Service service() {
		throw new UnsupportedOperationException();
	}

	@Override
	public List<Handler> handlers() {
		throw new UnsupportedOperationException();
	}

	@Override
	public ServerStats stats() {
		throw new UnsupportedOperationException();
	}

	@Override
	public HealthReport health() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void close() {
	}

}

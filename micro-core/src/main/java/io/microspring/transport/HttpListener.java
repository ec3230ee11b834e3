package io.microspring.transport;

import java.net.InetSocketAddress;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ServerSocketChannel;

/**
 * A bound port of the HTTP transport.
 */
final class HttpListener implements Listener {

	private final ServerSocketChannel port;

	private final Network network;

	private final String address;

	HttpListener(ServerSocketChannel port, Network network) {
		this.port = port;
		this.network = network;
		InetSocketAddress bound = port.localAddress();
		String host = bound.getAddress().isAnyLocalAddress() && bound.getAddress().getAddress().length > 4 ? "::"
				: bound.getAddress().getHostAddress();
		this.address = Address.join(host, bound.getPort());
	}

	@Override
	public String address() {
		return this.address;
	}

	@Override
	public void close() {
		ChannelFuture closed = this.port.close();
		EventLoop loop = this.port.eventLoop();
		if (loop.inEventLoop()) {
			return;
		}
		closed.awaitUninterruptibly();
		// The selector lets go of a closed port only when it looks again: until then the
		// port is taken, and the system accepts. Each turn of the loop begins with a
		// look.
		boolean free = false;
		while (!free && !loop.isShuttingDown()) {
			free = this.network.isFree(this.port);
			loop.submit(() -> {
			}).awaitUninterruptibly();
		}
	}

	@Override
	public String toString() {
		return "http listener on " + this.address;
	}

}

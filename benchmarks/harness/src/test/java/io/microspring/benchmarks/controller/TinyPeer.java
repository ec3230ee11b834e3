package io.microspring.benchmarks.controller;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.Server;

/**
 * Strings over sockets, one for each call.
 */
public final class TinyPeer implements Peer {

	@Override
	public Server serve(String variant) throws Exception {
		if (variant.equals("dies")) {
			Runtime.getRuntime().halt(3);
		}
		ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		Thread thread = new Thread(() -> accept(listening));
		thread.setDaemon(true);
		thread.start();
		return new Listening(listening);
	}

	private static void accept(ServerSocket listening) {
		while (!listening.isClosed()) {
			try (Socket socket = listening.accept()) {
				String text = new DataInputStream(socket.getInputStream()).readUTF();
				new DataOutputStream(socket.getOutputStream()).writeUTF(text);
			}
			catch (IOException ignored) {
				// the next may do better
			}
		}
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) {
		return new Calling(port, variant.equals("refuses"));
	}

	private record Listening(ServerSocket socket) implements Server {

		@Override
		public int port() {
			return this.socket.getLocalPort();
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

	private static final class Calling implements BlockingCaller {

		private final int port;

		private final boolean refuses;

		private Calling(int port, boolean refuses) {
			this.port = port;
			this.refuses = refuses;
		}

		@Override
		public void call(Payload payload) throws IOException {
			if (this.refuses) {
				throw new IllegalStateException("refused");
			}
			try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
				new DataOutputStream(socket.getOutputStream()).writeUTF(payload.text());
				if (!new DataInputStream(socket.getInputStream()).readUTF().equals(payload.text())) {
					throw new IllegalStateException("another text");
				}
			}
		}

		@Override
		public void close() {
		}

	}

}

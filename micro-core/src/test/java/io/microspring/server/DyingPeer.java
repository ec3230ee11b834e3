package io.microspring.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.concurrent.Threads;

/**
 * A node that answers every call over HTTP/1.1, and goes over to frames but hangs up at
 * the first one.
 */
final class DyingPeer {

	private DyingPeer() {
	}

	/**
	 * Starts one; it ends with its socket.
	 * @param listening where it listens
	 * @param framed counts the connections on which a frame has come
	 */
	static void start(ServerSocket listening, AtomicInteger framed) {
		Threads.start("dying", () -> {
			while (!listening.isClosed()) {
				try {
					Socket accepted = listening.accept();
					Threads.start("dying", () -> serve(accepted, framed));
				}
				catch (IOException ex) {
					// closed
				}
			}
		});
	}

	private static void serve(Socket accepted, AtomicInteger framed) {
		try (Socket socket = accepted) {
			InputStream in = socket.getInputStream();
			for (String head = head(in); !head.isEmpty(); head = head(in)) {
				if (head.contains("micro-mux/1")) {
					answer(socket,
							"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: micro-mux/1\r\n\r\n");
					if (in.read() >= 0) {
						framed.incrementAndGet();
					}
					return;
				}
				in.readNBytes(Integer.parseInt(head.replaceAll("(?is).*content-length: *(\\d+).*", "$1")));
				answer(socket,
						"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"text\":\"\"}");
			}
		}
		catch (IOException ex) {
			// whoever called has gone
		}
	}

	private static String head(InputStream in) throws IOException {
		StringBuilder head = new StringBuilder();
		while (head.indexOf("\r\n\r\n") < 0) {
			int next = in.read();
			if (next < 0) {
				return "";
			}
			head.append((char) next);
		}
		return head.toString();
	}

	private static void answer(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
	}

}

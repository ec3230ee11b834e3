package io.microspring.broker;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Socket;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HttpPostingTest {

	@Test
	void errorWhileSendingIsHandedOnOnce() {
		AssertionError error = new AssertionError("thrown by a socket, on purpose");
		Socket socket = (Socket) Proxy.newProxyInstance(Socket.class.getClassLoader(), new Class<?>[] { Socket.class },
				(proxy, method, arguments) -> {
					if (method.getName().equals("send")) {
						throw error;
					}
					return null;
				});
		HttpPosting posting = new HttpPosting(socket, Duration.ofSeconds(5));
		List<Throwable> failures = new ArrayList<>();

		posting.post(new Message(Metadata.empty(), new byte[0]), (answer, failure) -> failures.add(failure));
		posting.onClosed(null);

		assertThat(failures).containsExactly(error);
	}

}

package io.microspring.benchmarks.ours;

import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.proto.Count;
import io.microspring.benchmarks.proto.Echo;
import io.microspring.call.Stream;
import io.microspring.client.Client;

/**
 * Reads streams by a typed client.
 */
final class StreamReader {

	private final Echoer echoer;

	StreamReader(Client client, String service) {
		this.echoer = client.proxy(service, Echoer.class);
	}

	/**
	 * Reads a stream to its end.
	 * @param messages how many messages to ask for
	 * @param each what each is to carry
	 * @return how many came
	 */
	long read(int messages, Payload each) {
		int length = each.text().length();
		Count count = Count.newBuilder().setMessages(messages).setText(each.text()).build();
		long received = 0;
		try (Stream<Count, Echo> stream = this.echoer.stream(count)) {
			for (Echo message : stream.received()) {
				Answers.check(length, message.getText().length());
				received++;
			}
		}
		return received;
	}

	/**
	 * The service, as this client sees it.
	 */
	interface Echoer {

		Stream<Count, Echo> stream(Count count);

	}

}

package io.microspring.benchmarks.raw;

import java.io.IOException;

import com.google.protobuf.CodedOutputStream;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.proto.Echo;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Messages in and out of buffers.
 */
final class Echoes {

	private final PerPayload<Echo> requests = new PerPayload<>(
			(payload) -> Echo.newBuilder().setText(payload.text()).build());

	Echo request(Payload payload) {
		return this.requests.of(payload);
	}

	static Echo read(ByteBuf buffer) throws IOException {
		return Echo.parseFrom(buffer.nioBuffer());
	}

	static void write(Echo echo, int size, ByteBuf buffer) throws IOException {
		CodedOutputStream output = CodedOutputStream.newInstance(buffer.nioBuffer(buffer.writerIndex(), size));
		echo.writeTo(output);
		output.flush();
		buffer.writerIndex(buffer.writerIndex() + size);
	}

	static @Nullable Throwable check(Payload sent, Echo answer) {
		return (answer.getText().length() == sent.text().length()) ? null
				: new IllegalStateException("The answer has " + answer.getText().length() + " characters");
	}

}

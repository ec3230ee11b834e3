package io.microspring.benchmarks.raw;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.Server;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;

/**
 * {@link CannedHttp1Peer}'s heads on one connection for all calls, as go-micro v1 and v2
 * would answer them: many under way, flushed once a read, answers told apart by
 * {@code Micro-Id}.
 */
public final class PipelinedHttp1Peer implements Peer {

	@Override
	public Server serve(String variant) throws Exception {
		return RawServer.of(new ChannelInitializer<>() {
			@Override
			protected void initChannel(Channel channel) {
				channel.pipeline()
					.addLast(new PipelinedHttp1.Splitter(PipelinedHttp1.REQUEST),
							new TcpEcho(PipelinedHttp1.framing(PipelinedHttp1.RESPONSE)));
			}
		});
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) throws Exception {
		TcpCaller caller = TcpCaller.dial(port, new PipelinedHttp1.Splitter(PipelinedHttp1.RESPONSE),
				PipelinedHttp1.framing(PipelinedHttp1.REQUEST));
		// Of what it can do, HTTP/1.1 has no streams of answers.
		return new AsyncCaller() {
			@Override
			public void call(Payload payload, Completion done) {
				caller.call(payload, done);
			}

			@Override
			public void close() {
				caller.close();
			}
		};
	}

}

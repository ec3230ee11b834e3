package io.microspring.benchmarks.raw;

import org.junit.jupiter.api.Test;

import io.microspring.benchmarks.EchoCheck;

/**
 * The peers answer.
 */
class RawPeersTest {

	@Test
	void http1Answers() throws Exception {
		EchoCheck.run(new Http1Peer(), "netty", 16);
	}

	@Test
	void cannedHttp1Answers() throws Exception {
		EchoCheck.run(new CannedHttp1Peer(), "netty", 16);
	}

	@Test
	void pipelinedHttp1Answers() throws Exception {
		EchoCheck.run(new PipelinedHttp1Peer(), "netty", 128);
	}

	@Test
	void http2Answers() throws Exception {
		EchoCheck.run(new Http2Peer(), "netty", 16);
	}

	@Test
	void tcpAnswersAndStreams() throws Exception {
		EchoCheck.run(new TcpPeer(), "netty", 16);
	}

}

package io.microspring.benchmarks.spring;

import io.microspring.annotation.MicroHandler;
import io.microspring.benchmarks.proto.Echo;
import io.microspring.concurrent.ExecutorMode;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * Serves on the event loop.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(DirectServer.Echoer.class)
class DirectServer {

	@MicroHandler(executor = ExecutorMode.DIRECT)
	public static class Echoer {

		public Echo call(Echo request) {
			return request;
		}

	}

}

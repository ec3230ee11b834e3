package io.microspring.benchmarks.spring;

import io.microspring.annotation.MicroHandler;
import io.microspring.benchmarks.proto.Echo;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * Serves on whatever the server runs handlers on.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(DefaultServer.Echoer.class)
class DefaultServer {

	@MicroHandler
	public static class Echoer {

		public Echo call(Echo request) {
			return request;
		}

	}

}

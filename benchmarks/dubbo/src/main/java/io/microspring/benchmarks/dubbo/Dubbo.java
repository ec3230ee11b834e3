package io.microspring.benchmarks.dubbo;

import java.io.IOException;

import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;
import org.apache.dubbo.rpc.model.FrameworkModel;

import io.microspring.benchmarks.FreePort;
import io.microspring.benchmarks.Server;

/**
 * What both protocols have in common.
 *
 * @param <T> the service's interface
 */
final class Dubbo<T> {

	private static final int TIMEOUT_MILLIS = 10_000;

	private final String protocol;

	private final Class<T> type;

	private final DubboBootstrap bootstrap = DubboBootstrap.newInstance(new FrameworkModel());

	Dubbo(String protocol, Class<T> type) {
		this.protocol = protocol;
		this.type = type;
		ApplicationConfig application = new ApplicationConfig("bench");
		application.setQosEnable(false);
		application.setEnableFileCache(false);
		this.bootstrap.application(application).registry(new RegistryConfig("N/A"));
	}

	Server serve(T implementation) throws IOException {
		int port = FreePort.find();
		ProtocolConfig protocol = new ProtocolConfig(this.protocol, port);
		protocol.setHost("127.0.0.1");
		protocol.setQueues(4096);
		ServiceConfig<T> service = new ServiceConfig<>();
		service.setInterface(this.type);
		service.setRef(implementation);
		this.bootstrap.protocol(protocol).service(service).start();
		return new Server() {

			@Override
			public int port() {
				return port;
			}

			@Override
			public void close() {
				stop();
			}

		};
	}

	T refer(int port) {
		ReferenceConfig<T> reference = new ReferenceConfig<>();
		reference.setInterface(this.type);
		reference.setUrl(this.protocol + "://127.0.0.1:" + port);
		reference.setTimeout(TIMEOUT_MILLIS);
		reference.setRetries(0);
		reference.setScope("remote");
		this.bootstrap.reference(reference).start();
		return reference.get();
	}

	void stop() {
		this.bootstrap.stop();
	}

}

package io.microspring.test;

import io.microspring.transport.HttpOptions;
import io.microspring.transport.Transport;

class GrpcTransportTest extends TransportContract {

	@Override
	protected Transport open() {
		return Transport.grpc();
	}

	@Override
	protected int limit() {
		return HttpOptions.defaults().maxMessageSize();
	}

}

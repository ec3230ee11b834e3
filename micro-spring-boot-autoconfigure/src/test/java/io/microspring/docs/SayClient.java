package io.microspring.docs;

import io.microspring.annotation.MicroClient;
import io.microspring.docs.GreeterApplication.Greeting;
import io.microspring.docs.GreeterApplication.Name;

@MicroClient("greeter")
interface SayClient {

	Greeting hello(Name in);

}
